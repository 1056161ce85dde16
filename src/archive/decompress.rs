//! Stand-in.
use std::io::{self, BufRead, Read};

pub(super) fn decoder<'a>(suffix: &str, bytes: &'a [u8]) -> io::Result<Box<dyn Read + 'a>> {
    let bytes: Box<dyn BufRead + 'a> = Box::new(bytes);
    Ok(match suffix {
        ".xz" => Box::new(liblzma::bufread::XzDecoder::new_multi_decoder(bytes)),
        ".gz" => Box::new(flate2::bufread::MultiGzDecoder::new(bytes)),
        ".bz2" => Box::new(bzip2::bufread::MultiBzDecoder::new(bytes)),
        ".zst" => Box::new(zstd::Decoder::with_buffer(bytes)?),
        _ => Box::new(bytes),
    })
}
