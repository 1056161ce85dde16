//! What a piece of text is to its reader, and the class names that style sheets know it by.

use serde::Deserialize;

/// What a token is. Everything else — plain identifiers, operators, punctuation, prose — has no class.
///
/// A token becomes `<i class=LETTER>`, with the letter of [`Class::letter`]:
///
/// | letter | meaning | letter | meaning | letter | meaning |
/// |---|---|---|---|---|---|
/// | `c` | comment | `l` | constant | `h` | heading |
/// | `s` | string | `f` | function name | `i` | insertion |
/// | `e` | escape | `p` | preprocessor | `d` | deletion |
/// | `n` | number | `o` | operator | `v` | variable |
/// | `k` | keyword | `g` | markup tag | `m` | decorator |
/// | `t` | type | `a` | attribute | | |
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Text for readers that the language ignores.
    Comment,
    /// Literal text: strings, characters, regular expressions, here-documents.
    String,
    /// A sequence within a string or text that stands for something else.
    Escape,
    /// A number.
    Number,
    /// A reserved or built-in word.
    Keyword,
    /// The name of a type.
    Type,
    /// A value with a name, such as `true`.
    Constant,
    /// The name of a function, mostly where it is defined.
    Function,
    /// A directive to a preprocessor or compiler.
    Preprocessor,
    /// An operator that would be overlooked otherwise.
    Operator,
    /// The tag of a markup element.
    Tag,
    /// The name of an attribute, field or key.
    Attribute,
    /// A heading.
    Heading,
    /// A line that a patch adds.
    Insertion,
    /// A line that a patch removes.
    Deletion,
    /// A variable that looks like one.
    Variable,
    /// A decorator, annotation or attribute of a declaration.
    Decorator,
}

impl Class {
    /// All of them.
    pub const ALL: [Self; 17] = [
        Self::Comment,
        Self::String,
        Self::Escape,
        Self::Number,
        Self::Keyword,
        Self::Type,
        Self::Constant,
        Self::Function,
        Self::Preprocessor,
        Self::Operator,
        Self::Tag,
        Self::Attribute,
        Self::Heading,
        Self::Insertion,
        Self::Deletion,
        Self::Variable,
        Self::Decorator,
    ];

    /// The class name in HTML.
    pub const fn letter(self) -> u8 {
        match self {
            Self::Comment => b'c',
            Self::String => b's',
            Self::Escape => b'e',
            Self::Number => b'n',
            Self::Keyword => b'k',
            Self::Type => b't',
            Self::Constant => b'l',
            Self::Function => b'f',
            Self::Preprocessor => b'p',
            Self::Operator => b'o',
            Self::Tag => b'g',
            Self::Attribute => b'a',
            Self::Heading => b'h',
            Self::Insertion => b'i',
            Self::Deletion => b'd',
            Self::Variable => b'v',
            Self::Decorator => b'm',
        }
    }
}
