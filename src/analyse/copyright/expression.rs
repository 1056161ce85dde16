//! The first line of License fields: short names with operators.
//!
//! Grammar (copyright-format 1.0, "License syntax", and what packages write besides), loosest first:
//!
//! ```text
//! list   = comma-and { ", or" comma-and }        a comma alone stands for the operator that follows it
//! comma-and = or { ", and" or }
//! or     = and { ( "or" | "and/or" ) and }
//! and    = atom { "and" atom }
//! atom   = "(" list ")" | name { name } [ "with" word { word } [ "exception" ] ]
//! ```

use std::collections::HashMap;

use super::licenses::{self, Certainty};
use super::rules::{Findings, RuleId};
use crate::model::{Finding, LicenseExpression, LicenseTerm};

/// Longest line that is taken apart, in bytes.
const LONGEST: usize = 4096;

/// Deepest nesting of brackets.
const DEEPEST: usize = 16;

/// Longest name that a line is taken for that cannot be taken apart, in characters.
const NAME: usize = 200;

/// Reads the first line of a License field: `None` when no name is in it.
pub fn parse(synopsis: &str) -> (Option<LicenseExpression>, Vec<Finding>) {
    let mut findings = Findings::default();
    let expression = parse_line(synopsis, 1, &Meanings::new(), &mut findings);
    (expression, findings.finish())
}

/// What names mean that could mean several licences, by the names in lower case: SPDX expressions.
pub(super) type Meanings = HashMap<String, String>;

pub(super) fn parse_line(
    synopsis: &str,
    line: u32,
    meanings: &Meanings,
    findings: &mut Findings,
) -> Option<LicenseExpression> {
    let mut expression = match tokens(synopsis) {
        Some(tokens) => {
            let mut parser = Parser { tokens, at: 0, line, findings };
            parser.everything()?
        }
        None => {
            findings.add(RuleId::LicenseTooLong, line, synopsis);
            let name: String = synopsis.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(NAME).collect();
            LicenseExpression::License(LicenseTerm { name, exception: None, spdx: String::new() })
        }
    };
    let names: Vec<String> = expression.terms().iter().map(|term| term.name.clone()).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    resolve(&mut expression, &names, line, meanings, findings);
    Some(expression)
}

/// Gives every licence its SPDX expression.
fn resolve(
    expression: &mut LicenseExpression,
    names: &[&str],
    line: u32,
    meanings: &Meanings,
    findings: &mut Findings,
) {
    match expression {
        LicenseExpression::And(parts) | LicenseExpression::Or(parts) => {
            parts.iter_mut().for_each(|part| resolve(part, names, line, meanings, findings));
        }
        LicenseExpression::License(term) => {
            let (mut spdx, certainty) = licenses::license(&term.name, names);
            match certainty {
                Certainty::Known => {}
                Certainty::Ambiguous(why) => match meanings.get(&term.name.to_lowercase()) {
                    Some(meaning) => spdx.clone_from(meaning),
                    None => findings.add(RuleId::LicenseAmbiguous, line, &format!("{}: {why}", term.name)),
                },
                Certainty::Deprecated => {
                    findings.add(RuleId::LicenseDeprecated, line, &format!("{}: now {spdx}", term.name));
                }
                Certainty::Unknown => findings.add(RuleId::LicenseUnknown, line, &term.name),
            }
            term.spdx = match &term.exception {
                None => spdx,
                Some(exception) => with_exception(term, &spdx, exception, line, findings),
            };
        }
    }
}

/// SPDX 2.3 knows no exceptions but its own: with another one, the whole is a licence of its own.
fn with_exception(term: &LicenseTerm, spdx: &str, exception: &str, line: u32, findings: &mut Findings) -> String {
    let is_one_id = !spdx.contains(' ') && !spdx.starts_with(licenses::LICENSE_REF);
    match licenses::exception(exception, spdx) {
        Some(id) if is_one_id => format!("{spdx} WITH {id}"),
        found => {
            if found.is_none() {
                findings.add(RuleId::ExceptionUnknown, line, &term.to_string());
            }
            licenses::license_ref(&term.to_string())
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Comma,
    Operator(Operator),
    With,
    Open,
    Close,
    Word(&'a str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Operator {
    And,
    Or,
    AndOr,
}

impl Operator {
    fn is_and(self) -> bool {
        self == Self::And
    }
}

/// `None` when the line is too long or nested too deeply.
fn tokens(line: &str) -> Option<Vec<Token<'_>>> {
    if line.len() > LONGEST {
        return None;
    }
    let mut tokens = Vec::new();
    let mut depth = 0_usize;
    for word in line.split_whitespace() {
        let inner = word.trim_start_matches(['(', ',']);
        for sign in word[..word.len() - inner.len()].chars() {
            tokens.push(if sign == ',' { Token::Comma } else { Token::Open });
            depth += usize::from(sign == '(');
        }
        let is_plain = !inner.contains('(');
        let text = inner.trim_end_matches(|sign| sign == ',' || (sign == ')' && is_plain));
        if !text.is_empty() {
            tokens.push(keyword(text));
        }
        for sign in inner[text.len()..].chars() {
            tokens.push(if sign == ',' { Token::Comma } else { Token::Close });
            depth = depth.saturating_sub(usize::from(sign == ')'));
        }
        if depth > DEEPEST {
            return None;
        }
    }
    Some(tokens)
}

fn keyword(word: &str) -> Token<'_> {
    let is = |keyword: &str| word.eq_ignore_ascii_case(keyword);
    match word {
        _ if is("and") => Token::Operator(Operator::And),
        _ if is("or") => Token::Operator(Operator::Or),
        _ if is("and/or") => Token::Operator(Operator::AndOr),
        _ if is("with") => Token::With,
        _ => Token::Word(word),
    }
}

struct Parser<'a, 'b> {
    tokens: Vec<Token<'a>>,
    at: usize,
    line: u32,
    findings: &'b mut Findings,
}

impl<'a> Parser<'a, '_> {
    fn peek(&self) -> Option<Token<'a>> {
        self.tokens.get(self.at).copied()
    }

    fn takes(&mut self, token: Token<'_>) -> bool {
        let is_next = self.peek() == Some(token);
        self.at += usize::from(is_next);
        is_next
    }

    fn operator(&mut self) -> Option<Operator> {
        let Some(Token::Operator(operator)) = self.peek() else { return None };
        self.at += 1;
        if operator == Operator::AndOr {
            self.add(RuleId::LicenseAndOr);
        }
        Some(operator)
    }

    /// A finding with the word at hand.
    fn add(&mut self, rule: RuleId) {
        let at = self.at.min(self.tokens.len().saturating_sub(1));
        let what = match self.tokens.get(at) {
            Some(Token::Word(word)) => word,
            Some(Token::Comma) => ",",
            Some(Token::Open) => "(",
            Some(Token::Close) => ")",
            Some(Token::With) => "with",
            Some(Token::Operator(Operator::And)) => "and",
            Some(Token::Operator(Operator::Or)) => "or",
            Some(Token::Operator(Operator::AndOr)) => "and/or",
            None => "",
        };
        self.findings.add(rule, self.line, what);
    }

    /// Goes on behind what cannot be understood.
    fn everything(&mut self) -> Option<LicenseExpression> {
        let mut parts = Vec::new();
        loop {
            parts.extend(self.list());
            if self.at >= self.tokens.len() {
                return join(parts, true);
            }
            self.add(RuleId::LicenseSyntax);
            self.at += 1;
        }
    }

    fn list(&mut self) -> Option<LicenseExpression> {
        let mut items = vec![(None, self.or())];
        while self.takes(Token::Comma) {
            let operator = self.operator();
            match self.peek() {
                None | Some(Token::Close | Token::Comma) => self.add(RuleId::LicenseSyntax),
                _ if operator.is_none() => self.add(RuleId::LicenseList),
                _ => {}
            }
            items.push((operator, self.or()));
        }
        group(items)
    }

    fn or(&mut self) -> Option<LicenseExpression> {
        let mut parts = vec![self.and()];
        while let Some(Token::Operator(Operator::Or | Operator::AndOr)) = self.peek() {
            self.operator();
            parts.push(self.and());
        }
        join(parts.into_iter().flatten().collect(), false)
    }

    fn and(&mut self) -> Option<LicenseExpression> {
        let mut parts = vec![self.atom()];
        while let Some(Token::Operator(Operator::And)) = self.peek() {
            self.operator();
            parts.push(self.atom());
        }
        join(parts.into_iter().flatten().collect(), true)
    }

    fn atom(&mut self) -> Option<LicenseExpression> {
        if self.takes(Token::Open) {
            self.add(RuleId::LicenseBrackets);
            let inner = self.list();
            if !self.takes(Token::Close) {
                self.add(RuleId::LicenseSyntax);
            }
            return inner;
        }
        let name = self.words();
        if name.is_empty() {
            if self.at < self.tokens.len() || self.at > 0 {
                self.add(RuleId::LicenseSyntax);
            }
            return None;
        }
        if name.contains(' ') {
            self.findings.add(RuleId::LicenseNameWithBlanks, self.line, &name);
        }
        let exception = if self.takes(Token::With) { Some(self.exception()) } else { None };
        let exception = exception.filter(|exception| !exception.is_empty());
        Some(LicenseExpression::License(LicenseTerm { name, exception, spdx: String::new() }))
    }

    fn words(&mut self) -> String {
        let mut words = Vec::new();
        while let Some(Token::Word(word)) = self.peek() {
            words.push(word);
            self.at += 1;
        }
        words.join(" ")
    }

    fn exception(&mut self) -> String {
        let words = self.words();
        let last = words.rsplit(' ').next().unwrap_or_default();
        let is_word = last.eq_ignore_ascii_case("exception") || last.eq_ignore_ascii_case("exceptions");
        if words.is_empty() {
            self.add(RuleId::LicenseSyntax);
        }
        let end = if is_word { words.len() - last.len() } else { words.len() };
        words[..end].trim_end().to_owned()
    }
}

/// Joins the parts of a list by their operators: `and` binds tighter, and a comma alone is what comes next.
fn group(items: Vec<(Option<Operator>, Option<LicenseExpression>)>) -> Option<LicenseExpression> {
    let mut next_is_and = !matches!(items.last(), Some((_, Some(LicenseExpression::Or(_)))));
    let mut groups: Vec<Vec<LicenseExpression>> = Vec::new();
    let mut group = Vec::new();
    for (operator, item) in items.into_iter().rev() {
        group.extend(item);
        next_is_and = operator.map_or(next_is_and, Operator::is_and);
        if !next_is_and {
            groups.push(std::mem::take(&mut group));
        }
    }
    groups.push(group);
    let reversed = |mut parts: Vec<LicenseExpression>| {
        parts.reverse();
        parts
    };
    let parts = groups.into_iter().filter_map(|group| join(reversed(group), true)).collect();
    join(reversed(parts), false)
}

/// One operator over all parts, flat.
fn join(parts: Vec<LicenseExpression>, is_and: bool) -> Option<LicenseExpression> {
    let flat = parts.into_iter().flat_map(|part| match part {
        LicenseExpression::And(inner) if is_and => inner,
        LicenseExpression::Or(inner) if !is_and => inner,
        other => vec![other],
    });
    let mut flat: Vec<LicenseExpression> = flat.collect();
    match flat.len() {
        0 => None,
        1 => flat.pop(),
        _ if is_and => Some(LicenseExpression::And(flat)),
        _ => Some(LicenseExpression::Or(flat)),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const WORDS: &[&str] =
        &["GPL-2+", "Expat", "Artistic", "and", "or", "and/or", ",", "(", ")", "with", "OpenSSL", "exception"];

    /// Names, operators and brackets in any order, sensible or not.
    fn synopses() -> impl Strategy<Value = String> {
        prop::collection::vec(prop::sample::select(WORDS), 0..14).prop_map(|words| words.join(" "))
    }

    proptest! {
        #[test]
        fn what_is_printed_is_parsed_as_the_same(synopsis in synopses()) {
            if let Some(expression) = parse(&synopsis).0 {
                let printed = expression.to_string();
                prop_assert_eq!(parse(&printed).0, Some(expression), "{}", printed);
            }
        }
    }
}
