//! In what two versions of a `debian/copyright` differ.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::model::{CopyrightChanges, CopyrightFile, Paragraph, ParagraphChange};

/// From `old` to `new`. Files paragraphs are the same if they have the same patterns, or else the same first one;
/// License paragraphs, if they have the same short name. Blanks and line ends are no difference.
pub fn changes(old: &CopyrightFile, new: &CopyrightFile) -> CopyrightChanges {
    let patterns = |file: &CopyrightFile| -> Vec<Row> {
        let rows = file.files.iter().map(|files| {
            let mut patterns: Vec<&str> = files.globs.iter().map(|glob| glob.pattern.as_str()).collect();
            let first = patterns.first().copied().unwrap_or_default().to_owned();
            patterns.sort_unstable();
            Row { keys: [patterns.join(" "), first], fields: fields(&files.paragraph) }
        });
        rows.collect()
    };
    let names = |file: &CopyrightFile| -> Vec<Row> {
        let rows = file.licenses.iter().map(|license| {
            let name = license.license.synopsis.to_lowercase();
            Row { keys: [name.clone(), name], fields: fields(&license.paragraph) }
        });
        rows.collect()
    };
    let header =
        |file: &CopyrightFile| file.header.as_ref().map(|header| fields(&header.paragraph)).unwrap_or_default();
    CopyrightChanges {
        format_changed: std::mem::discriminant(&old.format) != std::mem::discriminant(&new.format),
        header: differing(&header(old), &header(new)),
        files: compare(&patterns(old), &patterns(new)),
        licenses: compare(&names(old), &names(new)),
    }
}

/// Names in lower case, with values in words.
type Fields = BTreeMap<String, String>;

struct Row {
    /// By which it is found again, the better one first.
    keys: [String; 2],
    fields: Fields,
}

fn fields(paragraph: &Paragraph) -> Fields {
    let mut fields = Fields::new();
    for field in &paragraph.fields {
        let words: Vec<&str> = field.value.split_whitespace().collect();
        fields.entry(field.name.to_ascii_lowercase()).or_insert_with(|| words.join(" "));
    }
    fields
}

fn differing(old: &Fields, new: &Fields) -> Vec<String> {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    names.into_iter().filter(|name| old.get(*name) != new.get(*name)).cloned().collect()
}

fn compare(old: &[Row], new: &[Row]) -> Vec<ParagraphChange> {
    let mut partners: Vec<Option<usize>> = vec![None; new.len()];
    let mut is_taken = vec![false; old.len()];
    for level in 0..2 {
        let mut waiting: BTreeMap<&str, VecDeque<usize>> = BTreeMap::new();
        for (number, row) in old.iter().enumerate().filter(|(number, _)| !is_taken[*number]) {
            waiting.entry(&row.keys[level]).or_default().push_back(number);
        }
        for (partner, row) in partners.iter_mut().zip(new).filter(|(partner, _)| partner.is_none()) {
            *partner = waiting.get_mut(row.keys[level].as_str()).and_then(VecDeque::pop_front);
            if let Some(number) = *partner {
                is_taken[number] = true;
            }
        }
    }
    let number = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
    let of_new = partners.iter().zip(new).enumerate().filter_map(|(position, (partner, row))| match partner {
        None => Some(ParagraphChange::Added { new: number(position) }),
        Some(partner) => {
            let fields = differing(&old[*partner].fields, &row.fields);
            let is_same = fields.is_empty();
            (!is_same).then(|| ParagraphChange::Changed { old: number(*partner), new: number(position), fields })
        }
    });
    let gone = is_taken.iter().enumerate().filter(|(_, is_taken)| !**is_taken);
    of_new.chain(gone.map(|(position, _)| ParagraphChange::Removed { old: number(position) })).collect()
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    const HEADER: &str = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";

    #[test]
    fn paragraphs_are_added_removed_and_changed() {
        let old = parse(
            format!(
                "{HEADER}\nFiles: *\nCopyright: 2001 A\nLicense: Expat\n\nFiles: a b\nCopyright: B\nLicense: ISC\n"
            )
            .as_bytes(),
        );
        let new = parse(
            format!(
                "{HEADER}Source: x\n\nFiles: *\nCopyright:  2001\n A\nLicense: Expat\n\nFiles: c\nCopyright: C\nLicense: \
                 ISC\n\nFiles: a\nCopyright: B\nLicense: ISC\n\nLicense: ISC\n Text.\n"
            )
            .as_bytes(),
        );
        let found = changes(&old, &new);
        assert_eq!(found.header, ["source"]);
        let changed = ParagraphChange::Changed { old: 1, new: 2, fields: vec!["files".to_owned()] };
        assert_eq!(found.files, [ParagraphChange::Added { new: 1 }, changed]);
        assert_eq!(found.licenses, [ParagraphChange::Added { new: 0 }]);
        let back = changes(&new, &old);
        assert!(back.files.contains(&ParagraphChange::Removed { old: 1 }));
        assert!(changes(&old, &old).is_empty());
    }
}
