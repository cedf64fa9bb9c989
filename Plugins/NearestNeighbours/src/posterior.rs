//! Which training sample a noised sample came from.
//!
//! Clean components are a training sample with a Gaussian of the bandwidth *h* about it, `z(0) = z_j + h n`, every *j*
//! as likely. Noised, component *i* is normal with mean `α_i z_ji` and variance `τ_i² = α_i² h² + σ_i²`. With distances
//! `d_j = Σ_i (z_i − α_i z_ji)² / τ_i²`, the posterior of *j* and its mean are
//!
//! ```text
//! w_j = exp(−d_j / 2) / Σ_l exp(−d_l / 2),   m = Σ_j w_j z_j,
//! ```
//!
//! the score is `−(z − α m) / τ²`, and the noise `ε̂ = σ (z − α m) / τ²`. As `∂w_j/∂z_k = w_j (z_jk − m_k) α_k / τ_k²`,
//!
//! ```text
//! (∂ε̂/∂z)ᵀ u = σ u / τ² − α / τ² · Σ_j w_j s_j (z_j − m),   s_j = Σ_i σ_i α_i u_i (z_ji − m_i) / τ_i².
//! ```
//!
//! Goals, in order: nothing overflows or cancels at any finite γ; results that depend on the row alone, in every bit;
//! speed.

use crate::gud_plugin::{Failure, Result};

/// Below this, what divides by τ would leave the range of double precision. No noise level that means anything is.
const SMALLEST: f64 = 1e-140;

/// Scalars between two looks at whether the user asked to stop.
const PATIENCE: usize = 1 << 21;

/// The training data, and which of them enter.
pub struct TrainingData {
    /// *K*.
    pub components: usize,
    samples: Vec<f32>,
    /// How many enter, from 1 to all.
    neighbours: usize,
    bandwidth: f64,
}

/// How far the components of a row are noised.
#[derive(Clone, Copy)]
pub struct Noising<'a> {
    pub alpha: &'a [f64],
    pub sigma: &'a [f64],
}

/// What is known about one row; made once for each piece of a batch.
pub struct Scratch {
    /// z.
    noised: Vec<f64>,
    /// z / τ.
    scaled: Vec<f64>,
    /// α / τ.
    ratio: Vec<f64>,
    /// σ / τ.
    spread: Vec<f64>,
    /// 1 / τ.
    inverse: Vec<f64>,
    /// α.
    alpha: Vec<f64>,
    /// d_j, then the weight, and j.
    posterior: Vec<(f64, usize)>,
    /// How many of them enter.
    entering: usize,
    /// m.
    mean: Vec<f64>,
    /// σ α u / τ², and the sum, of a product.
    weights: Vec<f64>,
    sum: Vec<f64>,
}

impl Scratch {
    /// Room for rows of the data's width.
    pub fn new(data: &TrainingData) -> Result<Self> {
        let row = || vec![0.0; data.components];
        let mut posterior = Vec::new();
        posterior.try_reserve_exact(data.count()).map_err(|_| no_memory(data.count(), "distances"))?;
        Ok(Scratch {
            noised: row(),
            scaled: row(),
            ratio: row(),
            spread: row(),
            inverse: row(),
            alpha: row(),
            posterior,
            entering: 0,
            mean: row(),
            weights: row(),
            sum: row(),
        })
    }
}

fn no_memory(count: usize, what: &str) -> Failure {
    Failure::memory(format!("there is no memory for {count} {what}; take fewer training samples"))
}

impl TrainingData {
    /// Copies samples, row-major `[N, K]` and not empty; of the neighbours, 0 and more than *N* mean all.
    pub fn new(samples: &[f32], components: usize, neighbours: usize, bandwidth: f64) -> Result<Self> {
        let mut copy = Vec::new();
        copy.try_reserve_exact(samples.len()).map_err(|_| no_memory(samples.len(), "scalars"))?;
        copy.extend_from_slice(samples);
        let count = samples.len() / components;
        let neighbours = if neighbours == 0 { count } else { neighbours.min(count) };
        Ok(TrainingData { components, samples: copy, neighbours, bandwidth })
    }

    /// *N*.
    pub fn count(&self) -> usize {
        self.samples.len() / self.components
    }

    /// Row-major `[N, K]`.
    pub fn samples(&self) -> &[f32] {
        &self.samples
    }

    fn sample(&self, index: usize) -> &[f32] {
        &self.samples[index * self.components..(index + 1) * self.components]
    }

    /// Finds the posterior of a row; `false` where `is_stopped` said so. O(N K).
    pub fn find<Z: Copy + Into<f64>>(
        &self, noised: &[Z], noising: Noising, scratch: &mut Scratch, is_stopped: impl Fn() -> bool,
    ) -> bool {
        for (i, z) in noised.iter().enumerate() {
            let (z, alpha, sigma) = ((*z).into(), noising.alpha[i], noising.sigma[i]);
            let tau = (alpha * self.bandwidth).hypot(sigma).max(SMALLEST);
            scratch.noised[i] = z;
            scratch.alpha[i] = alpha;
            scratch.scaled[i] = z / tau;
            scratch.ratio[i] = alpha / tau;
            scratch.spread[i] = sigma / tau;
            scratch.inverse[i] = 1.0 / tau;
        }
        scratch.posterior.clear();
        let patience = (PATIENCE / self.components).max(1);
        for index in 0..self.count() {
            if index % patience == 0 && is_stopped() {
                return false;
            }
            let distance = distance(&scratch.scaled, &scratch.ratio, self.sample(index));
            scratch.posterior.push((distance, index));
        }
        self.keep_nearest(scratch);
        self.weigh(scratch);
        true
    }

    /// Moves those that enter to the front, in the order of the data; of equally near ones, the first.
    fn keep_nearest(&self, scratch: &mut Scratch) {
        scratch.entering = self.neighbours;
        if self.neighbours < self.count() {
            let nearer = |a: &(f64, usize), b: &(f64, usize)| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1));
            scratch.posterior.select_nth_unstable_by(self.neighbours - 1, nearer);
            scratch.posterior[..self.neighbours].sort_unstable_by_key(|entry| entry.1);
        }
    }

    /// Turns distances into weights, and finds their mean.
    fn weigh(&self, scratch: &mut Scratch) {
        let entries = &mut scratch.posterior[..scratch.entering];
        let nearest = entries.iter().fold(f64::INFINITY, |least, entry| least.min(entry.0));
        let mut total = 0.0;
        for entry in entries.iter_mut() {
            entry.0 = (-0.5 * (entry.0 - nearest)).exp();
            total += entry.0;
        }
        scratch.mean.fill(0.0);
        for entry in entries.iter_mut() {
            entry.0 /= total;
            if entry.0 != 0.0 {
                for (place, value) in scratch.mean.iter_mut().zip(self.sample(entry.1)) {
                    *place += entry.0 * *value as f64;
                }
            }
        }
    }

    /// Writes `ε̂ = σ (z − α m) / τ²` of the row that was found.
    pub fn write_noise(&self, scratch: &mut Scratch, noise: &mut [f32]) {
        for (i, place) in noise.iter_mut().enumerate() {
            let residual = scratch.noised[i] - scratch.alpha[i] * scratch.mean[i];
            *place = single(scratch.spread[i] * (residual * scratch.inverse[i]));
        }
    }

    /// Writes `(∂ε̂/∂z)ᵀ u` of the row that was found; which neighbours enter counts as fixed. O(N K).
    pub fn write_products<U: Copy + Into<f64>>(&self, scratch: &mut Scratch, cotangents: &[U], products: &mut [f32]) {
        for (i, cotangent) in cotangents.iter().enumerate() {
            scratch.weights[i] = scratch.spread[i] * scratch.ratio[i] * (*cotangent).into();
        }
        scratch.sum.fill(0.0);
        for (weight, index) in &scratch.posterior[..scratch.entering] {
            // Most samples are far away, and their weight is exactly 0.
            if *weight != 0.0 {
                let sample = self.sample(*index);
                let along = weight * dot(&scratch.weights, sample, &scratch.mean);
                for ((place, value), mean) in scratch.sum.iter_mut().zip(sample).zip(&scratch.mean) {
                    *place += along * (*value as f64 - mean);
                }
            }
        }
        for (i, place) in products.iter_mut().enumerate() {
            let direct = scratch.spread[i] * cotangents[i].into();
            *place = single(scratch.inverse[i] * (direct - scratch.ratio[i] * scratch.sum[i]));
        }
    }
}

/// In single precision, within its range; NaN stays NaN.
fn single(value: f64) -> f32 {
    value.clamp(-f32::MAX as f64, f32::MAX as f64) as f32
}

/// Sums are taken in eight lanes, in an order that the length alone decides: they fit vector registers.
const LANES: usize = 8;

fn total(lanes: [f64; LANES]) -> f64 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// `Σ_i (scaled_i − ratio_i sample_i)²`.
fn distance(scaled: &[f64], ratio: &[f64], sample: &[f32]) -> f64 {
    let mut lanes = [0.0; LANES];
    let (scaled, ratio) = (scaled.chunks(LANES), ratio.chunks(LANES));
    for ((scaled, ratio), sample) in scaled.zip(ratio).zip(sample.chunks(LANES)) {
        if let (Ok(scaled), Ok(ratio), Ok(sample)) =
            (<&[f64; LANES]>::try_from(scaled), <&[f64; LANES]>::try_from(ratio), <&[f32; LANES]>::try_from(sample))
        {
            for i in 0..LANES {
                let difference = scaled[i] - ratio[i] * sample[i] as f64;
                lanes[i] += difference * difference;
            }
        } else {
            for i in 0..sample.len() {
                let difference = scaled[i] - ratio[i] * sample[i] as f64;
                lanes[i] += difference * difference;
            }
        }
    }
    total(lanes)
}

/// `Σ_i weights_i (sample_i − mean_i)`.
fn dot(weights: &[f64], sample: &[f32], mean: &[f64]) -> f64 {
    let mut lanes = [0.0; LANES];
    for ((weights, sample), mean) in weights.chunks(LANES).zip(sample.chunks(LANES)).zip(mean.chunks(LANES)) {
        for i in 0..weights.len() {
            lanes[i] += weights[i] * (sample[i] as f64 - mean[i]);
        }
    }
    total(lanes)
}

#[cfg(test)]
mod tests;
