//! The first bytes of a file in hexadecimal.

use std::fmt::Write as _;

use crate::html;

/// Bytes that are shown.
const SHOWN: usize = 4096;

/// Bytes of a line.
const WIDTH: usize = 16;

/// Appends a heading and a region that scrolls: offset, bytes, and those of them that are printable ASCII; other bytes
/// stand there as dots.
pub(super) fn write(bytes: &[u8], html: &mut String) {
    let shown = bytes.get(..SHOWN).unwrap_or(bytes);
    let whole = shown.len() == bytes.len();
    let which = if whole { "All" } else { "The first" };
    html.push_str(&format!("<h2>{which} {}</h2>\n", html::counted(shown.len() as u64, "byte")));
    html.push_str("<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"Bytes in hexadecimal\">");
    html.push_str("<pre class=\"hex\">");
    for (number, line) in shown.chunks(WIDTH).enumerate() {
        write_line(number * WIDTH, line, html);
    }
    html.push_str("</pre></div>\n");
}

fn write_line(offset: usize, line: &[u8], html: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(html, "{offset:08x} ");
    for at in 0..WIDTH {
        if at % (WIDTH / 2) == 0 {
            html.push(' ');
        }
        let _ = match line.get(at) {
            Some(byte) => write!(html, "{byte:02x} "),
            None => write!(html, "   "),
        };
    }
    html.push(' ');
    let printable = |&byte: &u8| if matches!(byte, b' '..=b'~') { char::from(byte) } else { '.' };
    html.push_str(&html::escape(&line.iter().map(printable).collect::<String>()));
    html.push('\n');
}

#[cfg(test)]
mod tests {
    use super::*;

    fn dump(bytes: &[u8]) -> String {
        let mut html = String::new();
        write(bytes, &mut html);
        html
    }

    #[test]
    fn bytes_stand_beside_their_characters() {
        insta::assert_snapshot!(dump(b"<b>\0\xff~ 01234567890"), @r#"
        <h2>All 18 bytes</h2>
        <div class="scroll" tabindex="0" role="region" aria-label="Bytes in hexadecimal"><pre class="hex">00000000  3c 62 3e 00 ff 7e 20 30  31 32 33 34 35 36 37 38  &lt;b&gt;..~ 012345678
        00000010  39 30                                             90
        </pre></div>
        "#);
    }

    #[test]
    fn a_long_file_shows_its_start() {
        let html = dump(&[b'x'; SHOWN + 1]);
        assert!(html.starts_with("<h2>The first 4,096 bytes</h2>"));
        assert_eq!(html.lines().filter(|line| line.ends_with("xxxx")).count(), SHOWN / WIDTH);
        assert!(dump(&[b'x'; SHOWN]).starts_with("<h2>All 4,096 bytes</h2>"));
    }
}
