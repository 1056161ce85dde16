//! Licence expressions, as Debian writes them and as SPDX writes them.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What a license field declares. Operators have at least two parts, none of which has the same operator.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LicenseExpression {
    /// One licence.
    License(LicenseTerm),
    /// All of these hold.
    And(Vec<LicenseExpression>),
    /// One of these may be chosen.
    Or(Vec<LicenseExpression>),
}

/// One licence, perhaps with an exception.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct LicenseTerm {
    /// The short name, as it is written, such as `GPL-2+`.
    pub name: String,
    /// What is between `with` and `exception`, as it is written.
    pub exception: Option<String>,
    /// The same for SPDX: an id, `LicenseRef-…`, `ID WITH EXCEPTION`, or an expression that a name stands for.
    pub spdx: String,
}

/// How tightly the operators around an expression bind, loosest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Binding {
    CommaOr,
    CommaAnd,
    Or,
    And,
    Atom,
}

impl LicenseExpression {
    /// All licences in it, in order.
    pub fn terms(&self) -> Vec<&LicenseTerm> {
        match self {
            Self::License(term) => vec![term],
            Self::And(parts) | Self::Or(parts) => parts.iter().flat_map(Self::terms).collect(),
        }
    }

    /// The expression for SPDX (SPDX specification 2.3, annex D).
    pub fn to_spdx(&self) -> String {
        let join = |parts: &[Self], operator: &str| {
            parts.iter().map(|part| part.spdx_part(operator)).collect::<Vec<_>>().join(operator)
        };
        match self {
            Self::License(term) => term.spdx.clone(),
            Self::And(parts) => join(parts, " AND "),
            Self::Or(parts) => join(parts, " OR "),
        }
    }

    /// The expression as part of a larger one, in brackets where that binds tighter.
    fn spdx_part(&self, around: &str) -> String {
        let text = self.to_spdx();
        let is_or = |text: &str| text.contains(" OR ") && !matches!(self, Self::And(_));
        if around == " AND " && is_or(&text) { format!("({text})") } else { text }
    }

    fn is_license(&self) -> bool {
        matches!(self, Self::License(_))
    }

    fn write(&self, f: &mut fmt::Formatter<'_>, around: Binding) -> fmt::Result {
        let (parts, operator, own, inner) = match self {
            Self::License(term) => return fmt::Display::fmt(term, f),
            Self::And(parts) if parts.iter().all(Self::is_license) => (parts, " and ", Binding::And, Binding::Atom),
            Self::And(parts) => (parts, ", and ", Binding::CommaAnd, Binding::Or),
            Self::Or(parts) if parts.iter().all(Self::binds_tighter_than_or) => {
                (parts, " or ", Binding::Or, Binding::And)
            }
            Self::Or(parts) => (parts, ", or ", Binding::CommaOr, Binding::CommaAnd),
        };
        let in_brackets = own < around;
        f.write_str(if in_brackets { "(" } else { "" })?;
        for (number, part) in parts.iter().enumerate() {
            f.write_str(if number == 0 { "" } else { operator })?;
            part.write(f, inner)?;
        }
        f.write_str(if in_brackets { ")" } else { "" })
    }

    fn binds_tighter_than_or(&self) -> bool {
        match self {
            Self::License(_) => true,
            Self::And(parts) => parts.iter().all(Self::is_license),
            Self::Or(_) => false,
        }
    }
}

impl fmt::Display for LicenseExpression {
    /// As Debian writes it: `and` binds tighter than `or`, and a comma before an operator loosens it. What
    /// cannot be said so is put in brackets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write(f, Binding::CommaOr)
    }
}

impl fmt::Display for LicenseTerm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        match &self.exception {
            Some(exception) => write!(f, " with {exception} exception"),
            None => Ok(()),
        }
    }
}
