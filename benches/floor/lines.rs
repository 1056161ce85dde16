//! Text as HTML lines, sixteen bytes at a time.
//!
//! The same HTML as debpress writes: `<span id="L1">…\n</span>` for each line, `&`, `<` and the carriage
//! return escaped, bytes that are no characters in elements of their own.

const BLOCK: usize = 16;

/// Room that one block may need: sixteen line feeds with their elements.
const BLOCK_HTML: usize = BLOCK * (OPEN.len() + 20 + 2 + CLOSE.len() + 1) + BLOCK;

const OPEN: &[u8; 11] = b"<span id=\"L";
const CLOSE: &[u8; 7] = b"</span>";

/// Where the HTML goes: a buffer that is longer than what is written, and the length written.
#[derive(Default)]
pub(crate) struct Html {
    buffer: Vec<u8>,
    length: usize,
}

impl Html {
    pub(crate) fn as_bytes(&self) -> &[u8] {
        &self.buffer[..self.length]
    }

    fn make_room(&mut self, more: usize) {
        if self.buffer.len() < self.length + more {
            self.buffer.resize((self.length + more) * 3 / 2, 0);
        }
    }

    fn push(&mut self, bytes: &[u8]) {
        self.buffer[self.length..self.length + bytes.len()].copy_from_slice(bytes);
        self.length += bytes.len();
    }

    /// [`push`](Self::push) for a length that is known to the compiler.
    fn push_array<const N: usize>(&mut self, bytes: &[u8; N]) {
        if let Some(place) = self.buffer[self.length..].first_chunk_mut::<N>() {
            *place = *bytes;
        }
        self.length += N;
    }

    /// Puts a whole block at the end, of which `count` bytes count.
    fn push_block(&mut self, block: &[u8; BLOCK], count: usize) {
        self.push_array(block);
        self.length -= BLOCK - count;
    }

    /// The lines of `text`, and `closing`, in place of what was there.
    pub(crate) fn write(&mut self, text: &[u8], closing: &[u8]) {
        self.length = 0;
        self.make_room(text.len() + text.len() / 2 + closing.len() + 2 * BLOCK_HTML);
        let mut number = Number::one();
        if !text.is_empty() {
            self.open(&mut number);
            if std::str::from_utf8(text).is_ok() {
                self.write_characters(text, &mut number, text.len());
            } else {
                self.write_bytes(text, &mut number);
            }
            match text.ends_with(b"\n") {
                // The last line feed opened a line that is not there.
                true => self.length -= OPEN.len() + number.length + 2,
                false => self.push(CLOSE),
            }
        }
        self.make_room(closing.len());
        self.push(closing);
    }

    fn open(&mut self, number: &mut Number) {
        self.push_array(OPEN);
        self.push_block(&number.digits, number.length);
        self.push_array(b"\">");
    }

    fn write_characters(&mut self, text: &[u8], number: &mut Number, length: usize) {
        let (blocks, rest) = text[..length].as_chunks::<BLOCK>();
        for block in blocks {
            self.write_block(block, BLOCK, number);
        }
        if !rest.is_empty() {
            let mut block = [0; BLOCK];
            block[..rest.len()].copy_from_slice(rest);
            self.write_block(&block, rest.len(), number);
        }
    }

    fn write_block(&mut self, block: &[u8; BLOCK], length: usize, number: &mut Number) {
        self.make_room(BLOCK_HTML);
        let mut specials = specials(block);
        let mut rest = *block;
        let mut done = 0;
        while specials != 0 {
            let position = specials.trailing_zeros() as usize;
            specials &= specials - 1;
            self.push_block(&rest, position - done);
            match block[position] {
                b'\n' => {
                    self.push_array(b"\n</span>");
                    number.increment();
                    self.open(number);
                }
                b'&' => self.push_array(b"&amp;"),
                b'<' => self.push_array(b"&lt;"),
                _ => self.push_array(b"&#13;"),
            }
            done = position + 1;
            rest = shifted(block, done);
        }
        self.push_block(&rest, length - done);
    }

    fn write_bytes(&mut self, text: &[u8], number: &mut Number) {
        for chunk in text.utf8_chunks() {
            self.write_characters(chunk.valid().as_bytes(), number, chunk.valid().len());
            for byte in chunk.invalid() {
                self.make_room(BLOCK_HTML);
                self.push(format!("<b data-byte=\"{byte:02x}\">\u{fffd}</b>").as_bytes());
            }
        }
    }
}

/// The block without its first `count` bytes.
fn shifted(block: &[u8; BLOCK], count: usize) -> [u8; BLOCK] {
    (u128::from_le_bytes(*block).checked_shr(8 * count as u32).unwrap_or(0)).to_le_bytes()
}

/// One bit for each byte that is not written as it is.
fn specials(block: &[u8; BLOCK]) -> u32 {
    let mut flags = [0_u8; BLOCK];
    // Each a comparison of whole registers; a chain of `||` becomes a branch a byte.
    for special in [b'\n', b'&', b'<', b'\r'] {
        for (flag, byte) in flags.iter_mut().zip(block) {
            *flag |= u8::from(*byte == special);
        }
    }
    let flags = u128::from_le_bytes(flags);
    gather(flags as u64) | gather((flags >> 64) as u64) << 8
}

/// The lowest bits of eight bytes, side by side.
fn gather(flags: u64) -> u32 {
    (flags.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u32
}

/// A line number: its digits, and zeros behind them.
struct Number {
    digits: [u8; BLOCK],
    length: usize,
}

impl Number {
    fn one() -> Self {
        let mut digits = [0; BLOCK];
        digits[0] = b'1';
        Self { digits, length: 1 }
    }

    fn increment(&mut self) {
        for digit in self.digits[..self.length].iter_mut().rev() {
            if *digit < b'9' {
                *digit += 1;
                return;
            }
            *digit = b'0';
        }
        self.digits.copy_within(..self.length, 1);
        self.digits[0] = b'1';
        self.length += 1;
    }
}
