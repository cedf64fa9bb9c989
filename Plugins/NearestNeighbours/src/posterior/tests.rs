//! Against closed forms, a brute-force log density, and difference quotients.

use super::*;

/// Numbers in [-1, 1) from a seed: a 64-bit linear congruential generator, its upper half.
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 32) as f64 / (1u64 << 31) as f64 - 1.0
    }
    fn list(&mut self, count: usize) -> Vec<f64> {
        (0..count).map(|_| self.next()).collect()
    }
}

fn levels(gamma: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let sigmoid = |x: f64| 1.0 / (1.0 + (-x).exp());
    (gamma.iter().map(|g| sigmoid(-g).sqrt()).collect(), gamma.iter().map(|g| sigmoid(*g).sqrt()).collect())
}

fn found(data: &TrainingData, z: &[f64], alpha: &[f64], sigma: &[f64]) -> Scratch {
    let mut scratch = Scratch::new(data).unwrap();
    assert!(data.find(z, Noising { alpha, sigma }, &mut scratch, || false));
    scratch
}

/// ε̂ before it is rounded to single precision.
fn noise(data: &TrainingData, z: &[f64], alpha: &[f64], sigma: &[f64]) -> Vec<f64> {
    let scratch = found(data, z, alpha, sigma);
    let residual = |i: usize| (z[i] - alpha[i] * scratch.mean[i]) * scratch.inverse[i];
    (0..z.len()).map(|i| scratch.spread[i] * residual(i)).collect()
}

fn noise_single(data: &TrainingData, z: &[f64], alpha: &[f64], sigma: &[f64]) -> Vec<f32> {
    let mut values = vec![f32::NAN; z.len()];
    data.write_noise(&mut found(data, z, alpha, sigma), &mut values);
    values
}

fn assert_close(values: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(values.len(), expected.len());
    for (i, (value, expected)) in values.iter().zip(expected).enumerate() {
        assert!((value - expected).abs() <= tolerance * expected.abs().max(1.0), "{i}: {value} instead of {expected}");
    }
}

#[test]
fn two_points_are_a_hyperbolic_tangent() {
    // Data at −1 and 1: E[z(0) | z] = tanh(α z / σ²).
    let data = TrainingData::new(&[-1.0, 1.0], 1, 0, 0.0).unwrap();
    for gamma in [-6.0, -2.0, 0.0, 1.0, 5.0] {
        let (alpha, sigma) = levels(&[gamma]);
        for z in [-2.0, -0.7, 0.0, 0.01, 0.3, 1.5] {
            let mean = (alpha[0] * z / (sigma[0] * sigma[0])).tanh();
            let expected = (z - alpha[0] * mean) / sigma[0];
            assert_close(&noise(&data, &[z], &alpha, &sigma), &[expected], 1e-12);
            let single = noise_single(&data, &[z], &alpha, &sigma)[0];
            assert_close(&[single as f64], &[expected], 1e-6);
        }
    }
}

#[test]
fn two_points_differentiate_in_closed_form() {
    // dε̂/dz = (1 − α² sech²(α z / σ²) / σ²) / σ.
    let data = TrainingData::new(&[-1.0, 1.0], 1, 0, 0.0).unwrap();
    for gamma in [-3.0, 0.0, 2.0] {
        let (alpha, sigma) = levels(&[gamma]);
        for z in [-1.1f64, 0.0, 0.2, 0.9] {
            let mut scratch = found(&data, &[z], &alpha, &sigma);
            let mut product = [0.0f32];
            data.write_products(&mut scratch, &[1.5], &mut product);
            let (variance, tangent) = (sigma[0] * sigma[0], (alpha[0] * z / (sigma[0] * sigma[0])).tanh());
            let expected = 1.5 * (1.0 - alpha[0] * alpha[0] * (1.0 - tangent * tangent) / variance) / sigma[0];
            assert_close(&[product[0] as f64], &[expected], 1e-6);
        }
    }
}

#[test]
fn one_point_with_a_bandwidth_is_a_gaussian() {
    let data = TrainingData::new(&[0.5, -0.25], 2, 0, 0.75).unwrap();
    let (alpha, sigma) = levels(&[-1.0, 2.0]);
    let z = [0.3, 1.25];
    let expected: Vec<f64> = (0..2)
        .map(|i| {
            let variance = alpha[i] * alpha[i] * 0.75 * 0.75 + sigma[i] * sigma[i];
            sigma[i] * (z[i] - alpha[i] * [0.5, -0.25][i]) / variance
        })
        .collect();
    assert_close(&noise(&data, &z, &alpha, &sigma), &expected, 1e-14);
}

/// log p(z) without regard for overflow, in the plainest way.
fn log_density(samples: &[f32], z: &[f64], alpha: &[f64], sigma: &[f64], bandwidth: f64) -> f64 {
    let density = |sample: &[f32]| {
        (0..z.len()).fold(1.0, |product, i| {
            let variance = alpha[i] * alpha[i] * bandwidth * bandwidth + sigma[i] * sigma[i];
            let distance = z[i] - alpha[i] * sample[i] as f64;
            product * (-0.5 * distance * distance / variance).exp() / variance.sqrt()
        })
    };
    samples.chunks(z.len()).map(density).sum::<f64>().ln()
}

#[test]
fn the_noise_is_minus_sigma_times_the_score() {
    let mut numbers = Numbers(7);
    // Widths about the number of lanes.
    for width in [1, 3, 7, 8, 9, 17] {
        let samples: Vec<f32> = numbers.list(11 * width).iter().map(|x| *x as f32).collect();
        for bandwidth in [0.0, 0.3] {
            let data = TrainingData::new(&samples, width, 0, bandwidth).unwrap();
            let gamma: Vec<f64> = numbers.list(width).iter().map(|x| 2.0 * x).collect();
            let (alpha, sigma) = levels(&gamma);
            let z = numbers.list(width);
            let step = 1e-5;
            let expected: Vec<f64> = (0..width)
                .map(|i| {
                    let (mut ahead, mut behind) = (z.clone(), z.clone());
                    ahead[i] += step;
                    behind[i] -= step;
                    let rise = log_density(&samples, &ahead, &alpha, &sigma, bandwidth)
                        - log_density(&samples, &behind, &alpha, &sigma, bandwidth);
                    -sigma[i] * rise / (2.0 * step)
                })
                .collect();
            assert_close(&noise(&data, &z, &alpha, &sigma), &expected, 1e-8);
        }
    }
}

#[test]
fn products_are_those_of_difference_quotients() {
    let mut numbers = Numbers(11);
    for (width, neighbours, bandwidth) in [(1, 0, 0.0), (5, 0, 0.0), (9, 0, 0.4), (5, 4, 0.0), (12, 3, 0.2)] {
        let samples: Vec<f32> = numbers.list(10 * width).iter().map(|x| *x as f32).collect();
        let data = TrainingData::new(&samples, width, neighbours, bandwidth).unwrap();
        let (alpha, sigma) = levels(&numbers.list(width).iter().map(|x| 3.0 * x).collect::<Vec<_>>());
        let (z, cotangents) = (numbers.list(width), numbers.list(width));
        let mut products = vec![0.0f32; width];
        data.write_products(&mut found(&data, &z, &alpha, &sigma), &cotangents, &mut products);
        let step = 1e-6;
        let expected: Vec<f64> = (0..width)
            .map(|k| {
                let (mut ahead, mut behind) = (z.clone(), z.clone());
                ahead[k] += step;
                behind[k] -= step;
                let (ahead, behind) = (noise(&data, &ahead, &alpha, &sigma), noise(&data, &behind, &alpha, &sigma));
                (0..width).map(|i| cotangents[i] * (ahead[i] - behind[i]) / (2.0 * step)).sum()
            })
            .collect();
        let products: Vec<f64> = products.iter().map(|x| *x as f64).collect();
        assert_close(&products, &expected, 2e-6);
    }
}

#[test]
fn only_the_nearest_enter() {
    // From 0.1 the two nearest of −3, 0, 1, 5 are 0 and 1.
    let all = TrainingData::new(&[-3.0, 0.0, 1.0, 5.0], 1, 2, 0.0).unwrap();
    let two = TrainingData::new(&[0.0, 1.0], 1, 0, 0.0).unwrap();
    let (alpha, sigma) = levels(&[3.0]);
    let z = [0.1 * alpha[0]];
    assert_eq!(noise(&all, &z, &alpha, &sigma), noise(&two, &z, &alpha, &sigma));
}

#[test]
fn of_equally_near_samples_the_first_enter() {
    let data = TrainingData::new(&[1.0, -1.0, 1.0, -1.0], 1, 1, 0.0).unwrap();
    let (alpha, sigma) = levels(&[0.0]);
    assert_eq!(found(&data, &[0.0], &alpha, &sigma).mean, [1.0]);
}

#[test]
fn as_many_neighbours_as_samples_or_more_are_all() {
    let mut numbers = Numbers(3);
    let samples: Vec<f32> = numbers.list(6 * 4).iter().map(|x| *x as f32).collect();
    let z = numbers.list(4);
    let (alpha, sigma) = levels(&[-1.0, 0.0, 1.0, 2.0]);
    let all = noise(&TrainingData::new(&samples, 4, 0, 0.0).unwrap(), &z, &alpha, &sigma);
    for neighbours in [6, 7, usize::MAX] {
        assert_eq!(noise(&TrainingData::new(&samples, 4, neighbours, 0.0).unwrap(), &z, &alpha, &sigma), all);
    }
}

#[test]
fn extreme_noise_levels_stay_finite() {
    let data = TrainingData::new(&[0.5, -1.0, 2.0, 0.25], 2, 0, 0.0).unwrap();
    // γ = ±2000: a schedule that is nearly autoregressive reaches such values.
    for (alpha, sigma) in [(1.0, 0.0), (1.0, 1e-300), (1.0, 1e-30), (0.0, 1.0), (1e-300, 1.0)] {
        let mut scratch = found(&data, &[0.5, -1.0], &[alpha; 2], &[sigma; 2]);
        let (mut noise, mut products) = ([f32::NAN; 2], [f32::NAN; 2]);
        data.write_noise(&mut scratch, &mut noise);
        data.write_products(&mut scratch, &[1.0, -2.0], &mut products);
        assert!(noise.iter().chain(&products).all(|x| x.is_finite()), "{alpha} {sigma}: {noise:?} {products:?}");
    }
}

#[test]
fn a_row_of_nan_gives_nan() {
    let data = TrainingData::new(&[0.5, -1.0, 2.0, 0.25], 2, 1, 0.0).unwrap();
    let (alpha, sigma) = levels(&[0.0, 0.0]);
    assert!(noise_single(&data, &[f64::NAN, 0.0], &alpha, &sigma).iter().all(|x| x.is_nan()));
}

#[test]
fn a_wish_to_stop_is_heard() {
    let data = TrainingData::new(&[0.5], 1, 0, 0.0).unwrap();
    let mut scratch = Scratch::new(&data).unwrap();
    assert!(!data.find(&[0.0], Noising { alpha: &[1.0], sigma: &[1.0] }, &mut scratch, || true));
}
