//! Decompression as the tools that `dpkg-source` calls do it.
//!
//! [`Compression::from_name`] tells the method from a file's name, [`decoder`] opens the stream. The decoders read
//! a file to its real end: all members of a gzip or bzip2 file and all streams of an xz file, and they
//! judge what follows the last one as `gunzip`, `bunzip2` and `unxz` do. Single-threaded: the pipeline
//! already works on several files at once.
//!
//! This module depends on nothing else of the crate.

use std::io::{self, BufRead, Read};

use bzip2::bufread::BzDecoder;
use flate2::bufread::GzDecoder;
use liblzma::bufread::XzDecoder;
use liblzma::stream::{CONCATENATED, Stream};

/// Memory that one xz, lzma or lzip decoder may take, in bytes: the format allows a file to ask for 4 GB,
/// the highest preset of the tool asks for 65 MB.
pub const XZ_MEMORY: u64 = 512 * 1024 * 1024;

/// How a file is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Compression {
    /// Not at all.
    None,
    /// gzip (RFC 1952), `.gz`.
    Gzip,
    /// bzip2, `.bz2`.
    Bzip2,
    /// xz, `.xz`; a file of that name in the older `.lzma` format is read too, as `unxz` does.
    Xz,
    /// LZMA alone, `.lzma`.
    Lzma,
    /// Zstandard (RFC 8878), `.zst`. `dpkg-source` of our rules does not know it.
    Zstd,
    /// lzip, `.lz`. `dpkg-source` of our rules does not know it.
    Lzip,
}

impl Compression {
    /// The method that the extension of `name` stands for.
    pub fn from_name(name: &str) -> Self {
        match name.rsplit_once('.').map(|(_, extension)| extension) {
            Some("gz") => Self::Gzip,
            Some("bz2") => Self::Bzip2,
            Some("xz") => Self::Xz,
            Some("lzma") => Self::Lzma,
            Some("zst") => Self::Zstd,
            Some("lz") => Self::Lzip,
            _ => Self::None,
        }
    }

    /// Whether `dpkg-source` reads source files that are compressed so.
    pub fn is_known_to_dpkg(self) -> bool {
        matches!(self, Self::Gzip | Self::Bzip2 | Self::Xz | Self::Lzma)
    }
}

/// Opens the stream `inner` of a file compressed with `method`.
///
/// Reading ends where the tool would end with success. Anything else is an error of reading: damaged or
/// truncated data, rubbish after a gzip, xz or lzma stream (zeros after gzip, and whole words of them after
/// xz, are fine; after bzip2 anything is), a demand for more memory than [`XZ_MEMORY`].
///
/// # Errors
/// When the decoder cannot be made, for want of memory.
pub fn decoder<'a>(method: Compression, inner: Box<dyn BufRead + Send + 'a>) -> io::Result<Box<dyn Read + Send + 'a>> {
    Ok(match method {
        Compression::None => inner,
        Compression::Gzip => Box::new(Members::Gzip(Box::new(GzDecoder::new(Peeked::new(inner))))),
        Compression::Bzip2 => Box::new(Members::Bzip2(BzDecoder::new(Peeked::new(inner)))),
        Compression::Xz => Box::new(XzDecoder::new_stream(inner, Stream::new_auto_decoder(XZ_MEMORY, CONCATENATED)?)),
        Compression::Lzma => Box::new(LzmaAlone(XzDecoder::new_stream(inner, Stream::new_lzma_decoder(XZ_MEMORY)?))),
        Compression::Lzip => Box::new(XzDecoder::new_stream(inner, Stream::new_lzip_decoder(XZ_MEMORY, CONCATENATED)?)),
        Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(inner)?),
    })
}

/// A file of one or more members of the same method, one after the other.
enum Members<'a> {
    Gzip(Box<GzDecoder<Peeked<'a>>>),
    Bzip2(BzDecoder<Peeked<'a>>),
    Finished,
}

impl Read for Members<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            let count = match self {
                Self::Gzip(member) => member.read(buffer)?,
                Self::Bzip2(member) => member.read(buffer)?,
                Self::Finished => return Ok(0),
            };
            if count > 0 {
                return Ok(count);
            }
            *self = match std::mem::replace(self, Self::Finished) {
                Self::Gzip(member) => after_gzip(member.into_inner())?,
                Self::Bzip2(member) => after_bzip2(member.into_inner())?,
                Self::Finished => Self::Finished,
            };
        }
    }
}

/// gunzip goes on with another member, accepts zeros up to the end, and fails on anything else.
fn after_gzip(mut input: Peeked<'_>) -> io::Result<Members<'_>> {
    match input.peek(2)? {
        [] => Ok(Members::Finished),
        [0x1f, 0x8b] => Ok(Members::Gzip(Box::new(GzDecoder::new(input)))),
        [0, ..] => loop {
            let bytes = input.fill_buf()?;
            let count = bytes.len();
            match bytes {
                [] => return Ok(Members::Finished),
                bytes if bytes.iter().any(|&byte| byte != 0) => return Err(rubbish("gzip")),
                _ => input.consume(count),
            }
        },
        _ => Err(rubbish("gzip")),
    }
}

/// bunzip2 goes on with another stream and ignores anything else.
fn after_bzip2(mut input: Peeked<'_>) -> io::Result<Members<'_>> {
    match input.peek(4)? {
        [b'B', b'Z', b'h', b'1'..=b'9'] => Ok(Members::Bzip2(BzDecoder::new(input))),
        _ => {
            io::copy(&mut input, &mut io::sink())?;
            Ok(Members::Finished)
        }
    }
}

fn rubbish(method: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("rubbish after the end of the {method} data"))
}

/// LZMA alone, of which nothing may follow.
struct LzmaAlone<'a>(XzDecoder<Box<dyn BufRead + Send + 'a>>);

impl Read for LzmaAlone<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.0.read(buffer)?;
        if count == 0 && !buffer.is_empty() && !self.0.get_mut().fill_buf()?.is_empty() {
            return Err(rubbish("lzma"));
        }
        Ok(count)
    }
}

/// A reader whose next few bytes can be looked at, whatever the size of the buffer below.
struct Peeked<'a> {
    head: [u8; 4],
    begin: usize,
    end: usize,
    inner: Box<dyn BufRead + Send + 'a>,
}

impl<'a> Peeked<'a> {
    fn new(inner: Box<dyn BufRead + Send + 'a>) -> Self {
        Self { head: [0; 4], begin: 0, end: 0, inner }
    }

    /// The next `count` (at most four) bytes, fewer at the end of the file. What was peeked at before must
    /// have been consumed.
    fn peek(&mut self, count: usize) -> io::Result<&[u8]> {
        (self.begin, self.end) = (0, 0);
        while self.end < count.min(self.head.len()) {
            match self.inner.read(&mut self.head[self.end..count])? {
                0 => break,
                read => self.end += read,
            }
        }
        Ok(&self.head[..self.end])
    }
}

impl Read for Peeked<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.begin == self.end {
            return self.inner.read(buffer);
        }
        let count = (&self.head[self.begin..self.end]).read(buffer)?;
        self.begin += count;
        Ok(count)
    }
}

impl BufRead for Peeked<'_> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.begin == self.end { self.inner.fill_buf() } else { Ok(&self.head[self.begin..self.end]) }
    }

    fn consume(&mut self, count: usize) {
        if self.begin == self.end { self.inner.consume(count) } else { self.begin += count }
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    /// Reads through a buffer of one byte, so that members end and begin at every possible place of it.
    fn read(method: Compression, bytes: &[u8]) -> io::Result<Vec<u8>> {
        let mut text = Vec::new();
        let inner = Box::new(io::BufReader::with_capacity(1, bytes));
        decoder(method, inner)?.read_to_end(&mut text)?;
        Ok(text)
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn bzip2(text: &[u8]) -> Vec<u8> {
        let mut encoder = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn lzma(text: &[u8], stream: Stream) -> Vec<u8> {
        let mut encoder = liblzma::write::XzEncoder::new_stream(Vec::new(), stream);
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn xz(text: &[u8]) -> Vec<u8> {
        lzma(text, Stream::new_easy_encoder(0, liblzma::stream::Check::Crc64).unwrap())
    }

    fn lzma_alone(text: &[u8]) -> Vec<u8> {
        lzma(text, Stream::new_lzma_encoder(&liblzma::stream::LzmaOptions::new_preset(0).unwrap()).unwrap())
    }

    #[test]
    fn every_member_of_a_file_is_read() {
        let concatenated = |one: fn(&[u8]) -> Vec<u8>| [one(b"ab"), one(b""), one(b"cd")].concat();
        assert_eq!(read(Compression::Gzip, &concatenated(gzip)).unwrap(), b"abcd");
        assert_eq!(read(Compression::Bzip2, &concatenated(bzip2)).unwrap(), b"abcd");
        assert_eq!(read(Compression::Xz, &concatenated(xz)).unwrap(), b"abcd");
    }

    #[test]
    fn what_follows_the_last_member_is_judged_as_the_tools_do() {
        let with = |mut file: Vec<u8>, rest: &[u8]| {
            file.extend_from_slice(rest);
            file
        };
        for (method, file, rest, accepted) in [
            (Compression::Gzip, gzip(b"ab"), &b"\0\0\0\0\0"[..], true),
            (Compression::Gzip, gzip(b"ab"), b"\0\0x", false),
            (Compression::Gzip, gzip(b"ab"), b"x", false),
            (Compression::Bzip2, bzip2(b"ab"), b"\0\0\0\0\0", true),
            (Compression::Bzip2, bzip2(b"ab"), b"rubbish", true),
            (Compression::Xz, xz(b"ab"), b"\0\0\0\0", true),
            (Compression::Xz, xz(b"ab"), b"\0\0\0\0\0", false),
            (Compression::Xz, xz(b"ab"), b"rubbish", false),
            (Compression::Lzma, lzma_alone(b"ab"), b"", true),
            (Compression::Lzma, lzma_alone(b"ab"), b"\0\0\0\0", false),
        ] {
            let result = read(method, &with(file, rest));
            assert_eq!(result.is_ok(), accepted, "{method:?} {rest:?} {result:?}");
            assert!(result.is_err() || result.is_ok_and(|text| text == b"ab"));
        }
    }

    #[test]
    fn a_file_called_xz_may_be_lzma() {
        assert_eq!(read(Compression::Xz, &lzma_alone(b"text")).unwrap(), b"text");
    }

    #[test]
    fn truncation_is_an_error_wherever_it_happens() {
        for (method, file) in [
            (Compression::Gzip, gzip(b"some text")),
            (Compression::Bzip2, bzip2(b"some text")),
            (Compression::Xz, xz(b"some text")),
        ] {
            for length in 1..file.len() {
                assert!(read(method, &file[..length]).is_err(), "{method:?} {length}");
            }
        }
    }

    #[test]
    fn a_demand_for_too_much_memory_is_an_error() {
        let mut options = liblzma::stream::LzmaOptions::new_preset(0).unwrap();
        options.dict_size(4096);
        let mut file = lzma(b"text", Stream::new_lzma_encoder(&options).unwrap());
        assert!(read(Compression::Lzma, &file).is_ok());
        file[1..5].copy_from_slice(&0x8000_0000_u32.to_le_bytes());
        assert!(read(Compression::Lzma, &file).is_err());
    }
}
