//! Random numbers that are the same on every machine.
//!
//! A [`Stream`] serves one concern, so that drawing more of one thing shifts nothing else: two
//! policies that are compared under one seed meet the same arrivals, the same service times and
//! the same cold starts.

mod exponential;
mod normal;

pub use exponential::Exponential;
pub use normal::Normal;

/// A stream of random numbers: xoshiro256++ (Blackman and Vigna, "Scrambled linear pseudorandom
/// number generators", 2021), seeded through splitmix64 as its authors advise.
#[derive(Clone, Debug)]
pub struct Stream {
    state: [u64; 4],
}

impl Stream {
    /// The stream of one concern under a seed.
    #[must_use]
    pub fn new(seed: u64, concern: &str) -> Self {
        Self::numbered(seed, concern, 0)
    }

    /// The stream of one concern that there are several of.
    #[must_use]
    pub fn numbered(seed: u64, concern: &str, number: u64) -> Self {
        // FNV-1a keeps the concerns apart; splitmix64 spreads what it yields over the state.
        let mut mixed = concern
            .bytes()
            .chain(number.to_le_bytes())
            .fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
                (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
            });
        mixed = mixed.rotate_left(32) ^ splitmix64(&mut seed.clone());
        Self {
            state: std::array::from_fn(|_| splitmix64(&mut mixed)),
        }
    }

    /// The next 64 bits.
    #[inline]
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number from 0 up to and without 1, in steps of 2⁻⁵³.
    #[inline]
    pub fn unit(&mut self) -> f64 {
        unit(self.bits())
    }

    /// A number below a bound that is not 0, by Lemire's multiplication. Its bias is below the
    /// bound times 2⁻⁶⁴.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the high half of the product is below the bound"
    )]
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.bits()) * u128::from(bound)) >> 64) as u32
    }
}

/// The upper 53 bits as a number from 0 up to and without 1.
#[inline]
fn unit(bits: u64) -> f64 {
    (bits >> 11) as f64 * (1.0 / (1_u64 << 53) as f64)
}

fn splitmix64(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::Stream;

    #[test]
    fn the_generator_is_the_published_one() {
        // First outputs of xoshiro256++ from the state 1, 2, 3, 4, by its reference code in C.
        let mut stream = Stream {
            state: [1, 2, 3, 4],
        };
        let first: Vec<u64> = (0..4).map(|_| stream.bits()).collect();
        assert_eq!(
            first,
            [
                41_943_041,
                58_720_359,
                3_588_806_011_781_223,
                3_591_011_842_654_386
            ]
        );
    }

    #[test]
    fn concerns_and_seeds_do_not_meet() {
        let first = |seed, concern| Stream::new(seed, concern).bits();
        assert_eq!(first(1, "arrivals"), first(1, "arrivals"));
        assert_ne!(first(1, "arrivals"), first(2, "arrivals"));
        assert_ne!(first(1, "arrivals"), first(1, "service"));
        let numbered = |number| Stream::numbered(1, "source", number).bits();
        assert_ne!(numbered(0), numbered(1));
    }

    #[test]
    fn numbers_fill_their_range_evenly() {
        let mut stream = Stream::new(7, "range");
        let mut counts = [0_u32; 10];
        let mut sum = 0.0;
        for _ in 0..100_000 {
            counts[stream.below(10) as usize] += 1;
            sum += stream.unit();
        }
        assert!(counts.iter().all(|count| count.abs_diff(10_000) < 500));
        assert!((sum / 100_000.0 - 0.5).abs() < 0.005);
    }
}
