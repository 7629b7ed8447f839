//! How much the newest bucket of an exponential average weighs.

/// The natural logarithm of 0.0001, which is what weights lack to 1 at the most: the original's
/// constant 0.9999 taken from 1, which its compiler does exactly.
const LN_LACKING: f64 = -9.210_340_371_976_182;

/// The newest bucket weighs at least this much.
const LEAST: f64 = 0.2;

/// `1 - 0.0001^(1 ÷ window)`, at least 0.2, for a window of this many buckets.
///
/// The last bit of the power shows in averages, and platforms differ in it. So it is taken here as
/// the original's library takes it on the machines it mostly runs on (amd64 with fused
/// multiplication), and is the same everywhere.
pub(super) fn smoothing(window: u32) -> f64 {
    let rest = match window {
        0 | 1 => 0.0001,
        2 => 0.0001_f64.sqrt(),
        _ => exp(1.0 / f64::from(window) * LN_LACKING),
    };
    (1.0 - rest).max(LEAST)
}

/// `e^x` for x between -4 and 0, by Shibata's method ("Efficient evaluation methods of elementary
/// functions suitable for SIMD computation", 2010): `x = k ln 2 + 16 r`; the series of `e^r - 1`; its
/// argument doubled four times, by `e^2r - 1 = (e^r - 1)(e^r + 1)`.
fn exp(x: f64) -> f64 {
    /// ln 2 in two parts, the first of which has zeros at its end.
    const LN_2: [f64; 2] = [0.693_147_180_559_663, 2.823_529_056_303_157_7e-13];
    let k = (x * std::f64::consts::LOG2_E).round_ties_even();
    let rest = (-k).mul_add(LN_2[1], (-k).mul_add(LN_2[0], x)) / 16.0;
    // 1 ÷ n! for n from 8 down to 1.
    let factorials = [40_320.0, 5_040.0, 720.0, 120.0, 24.0, 6.0, 2.0, 1.0];
    let series = factorials.into_iter().fold(0.0_f64, |series, factorial| {
        series.mul_add(rest, 1.0 / factorial)
    });
    let mut less_one = rest * series;
    for _ in 0..3 {
        less_one *= less_one + 2.0;
    }
    less_one.mul_add(less_one + 2.0, 1.0) * k.exp2()
}

#[cfg(test)]
mod tests {
    use super::smoothing;

    #[test]
    fn it_is_the_originals_to_the_last_bit() {
        // Those of which platforms differ, and their neighbours.
        let recorded = [
            (1, 0.999_9),
            (2, 0.99),
            (3, 0.953_584_111_663_872_1),
            (6, 0.784_556_530_996_811_6),
            (10, 0.601_892_829_446_502_7),
            (23, 0.329_981_249_649_041_1),
            (24, 0.318_707_930_942_038_75),
            (25, 0.308_169_029_081_063_6),
            (26, 0.298_296_171_329_617_17),
            (30, 0.264_357_745_540_358_6),
            (31, 0.257_036_049_240_505_27),
            (34, 0.237_301_414_097_655_48),
            (35, 0.231_375_389_960_226),
            (41, 0.201_198_219_198_429_73),
        ];
        for (window, expected) in recorded {
            assert_eq!(smoothing(window), expected, "{window}");
        }
    }

    #[test]
    fn long_windows_weigh_the_newest_alike() {
        assert_eq!(smoothing(42), 0.2);
        assert_eq!(smoothing(3600), 0.2);
    }
}
