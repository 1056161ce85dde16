//! The texts of single licences that stand in a `debian/copyright`, told from one another by their words.

use super::found::words::Words;
use crate::model::{CopyrightFile, DeclaredLicense, LicenseExpression, Paragraph, Sha256};

/// A text shorter than this, in bytes, does not show what a licence says.
const SHORTEST: usize = 40;

/// The text of a licence.
pub(super) struct Wording<'a> {
    /// The licence's SPDX name.
    pub(super) licence: &'a str,
    paragraph: &'a Paragraph,
    /// The checksum of its words: texts that differ in how they are wrapped and punctuated alone share it.
    pub(super) wording: Sha256,
}

/// The texts of single licences in a file, those of stand-alone paragraphs last.
pub(super) fn texts(file: &CopyrightFile) -> impl Iterator<Item = Wording<'_>> {
    let of_files = file.files.iter().filter_map(|it| Some((&it.paragraph, it.license.as_ref()?)));
    let alone = file.licenses.iter().map(|it| (&it.paragraph, &it.license));
    of_files.chain(alone).filter_map(|(paragraph, license)| wording(paragraph, license))
}

fn wording<'a>(paragraph: &'a Paragraph, license: &'a DeclaredLicense) -> Option<Wording<'a>> {
    let Some(LicenseExpression::License(_)) = license.expression.as_ref().filter(|_| license.has_text) else {
        return None;
    };
    let text = text(paragraph)?;
    let words = Words::of(text.as_bytes());
    Some(Wording { licence: &license.spdx, paragraph, wording: Sha256::of(words.as_str().as_bytes()) })
}

fn text(paragraph: &Paragraph) -> Option<String> {
    paragraph.field("License").map(|field| field.text()).filter(|text| text.len() >= SHORTEST)
}

/// The text of `licence` with this wording, as it stands in the file.
pub fn text_of(file: &CopyrightFile, licence: &str, wording: Sha256) -> Option<String> {
    text(texts(file).find(|it| it.licence == licence && it.wording == wording)?.paragraph)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyse::copyright::parse;

    const FORMAT: &str = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n\n";

    fn file(text: &str) -> CopyrightFile {
        parse(format!("{FORMAT}Files: *\nCopyright: A\nLicense: Expat\n\nLicense: Expat\n{text}").as_bytes())
    }

    #[test]
    fn wrapping_and_punctuation_make_no_other_wording() {
        let wordings = |text: &str| texts(&file(text)).map(|it| it.wording).collect::<Vec<_>>();
        let one = wordings(" Permission is hereby granted, free of charge, to any person.\n");
        assert_eq!(one.len(), 1);
        assert_eq!(one, wordings(" Permission is hereby granted\n free of charge\n .\n to any person\n"));
        assert_ne!(one, wordings(" Permission is hereby granted, for a fee, to any person.\n"));
    }

    #[test]
    fn a_text_is_found_again_by_its_wording() {
        let file = file(" Permission is hereby granted,\n .\n free of charge, to any person.\n");
        let wording = texts(&file).next().unwrap().wording;
        let text = "Permission is hereby granted,\n\nfree of charge, to any person.";
        assert_eq!(text_of(&file, "MIT", wording).as_deref(), Some(text));
        assert_eq!(text_of(&file, "ISC", wording), None);
    }
}
