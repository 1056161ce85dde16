//! How the lexer's time grows with inputs that are hard for lexers.
//!
//! Every hard input is lexed in every language at two lengths that differ sixteenfold. Of those pairs the ones that grow
//! fastest, and the slowest, are measured again at four lengths, the shortest of which takes 50 ms at least (fast ones are
//! repeated until they do), each as the median of some runs. The exponent is that of the least squares line through the logarithms.

use crate::hard_inputs;
use crate::languages::seconds;
use crate::lexer::Language;

/// The lengths of the first look, in bytes.
const SHORT: usize = 128 << 10;
const LONG: usize = SHORT * 16;

/// How many pairs of each kind are measured again.
const GROWING: usize = 60;
const SLOWEST: usize = 20;

/// What the shortest input of a measurement takes at least, in seconds.
const LEAST: f64 = 0.050;

/// The shortest input of a measurement, in bytes; quick ones are repeated instead of being longer.
const LENGTHS: std::ops::RangeInclusive<usize> = (64 << 10)..=(8 << 20);

const RUNS: usize = 5;

struct Pair {
    language: Language,
    piece: &'static str,
    exponent: f64,
    /// Bytes a second at the longest input.
    speed: f64,
}

impl Pair {
    fn print(&self) {
        println!("{:6.3}  {:7.1} MB/s  {:18} {:?}", self.exponent, self.speed / 1e6, self.language.name(), self.piece);
    }
}

/// Measures and prints.
pub fn print() {
    let mut html = Vec::new();
    let mut pairs = Vec::new();
    for language in Language::all() {
        for piece in hard_inputs::PIECES {
            pairs.push(first_look(language, piece, &mut html));
        }
    }
    println!("{} inputs of {SHORT} bytes and 16 times that; the slowest:", pairs.len());
    pairs.sort_by(|a, b| a.speed.total_cmp(&b.speed));
    pairs.iter().take(10).for_each(Pair::print);
    pairs[SLOWEST..].sort_by(|a, b| b.exponent.total_cmp(&a.exponent));
    pairs.truncate(SLOWEST + GROWING);
    pairs.iter_mut().for_each(|pair| measure(pair, &mut html));
    pairs.sort_by(|a, b| b.exponent.total_cmp(&a.exponent));
    println!("the {} that grew fastest or were slowest, measured again; the highest exponents:", pairs.len());
    pairs.iter().take(10).for_each(Pair::print);
}

fn text(piece: &str, length: usize) -> Vec<u8> {
    piece.repeat(length / piece.len()).into_bytes()
}

fn first_look(language: Language, piece: &'static str, html: &mut Vec<u8>) -> Pair {
    let mut best = |length| {
        let text = text(piece, length);
        let times = [seconds(&text, Some(language), html), seconds(&text, Some(language), html)];
        times[0].min(times[1]).as_secs_f64()
    };
    let (short, long) = (best(SHORT), best(LONG));
    let exponent = (long / short).ln() / 16_f64.ln();
    Pair { language, piece, exponent, speed: LONG as f64 / long }
}

fn measure(pair: &mut Pair, html: &mut Vec<u8>) {
    let length = (pair.speed * LEAST * 1.2) as usize;
    let shortest = length.clamp(*LENGTHS.start(), *LENGTHS.end());
    let repetitions = length.div_ceil(shortest);
    let points: Vec<(f64, f64)> = [1.0, 1.6, 2.5, 4.0]
        .map(|factor| {
            let text = text(pair.piece, (shortest as f64 * factor) as usize);
            let mut runs: Vec<f64> = (0..RUNS)
                .map(|_| (0..repetitions).map(|_| seconds(&text, Some(pair.language), html).as_secs_f64()).sum())
                .collect();
            runs.sort_by(f64::total_cmp);
            (text.len() as f64, runs[RUNS / 2] / repetitions as f64)
        })
        .to_vec();
    pair.exponent = slope(&points);
    pair.speed = points.last().map_or(0.0, |(length, time)| length / time);
}

/// The slope of the least squares line through the logarithms.
fn slope(points: &[(f64, f64)]) -> f64 {
    let logs: Vec<(f64, f64)> = points.iter().map(|(x, y)| (x.ln(), y.ln())).collect();
    let count = logs.len() as f64;
    let mean_x = logs.iter().map(|(x, _)| x).sum::<f64>() / count;
    let mean_y = logs.iter().map(|(_, y)| y).sum::<f64>() / count;
    let covariance: f64 = logs.iter().map(|(x, y)| (x - mean_x) * (y - mean_y)).sum();
    covariance / logs.iter().map(|(x, _)| (x - mean_x).powi(2)).sum::<f64>()
}
