//! A plugin for GUD: `nearest-neighbours`, the exact denoiser of the training data.
//!
//! What the interface needs is here; the mathematics is in [`posterior`].

mod gud_plugin;
mod posterior;

use gud_plugin::{
    is_cancelled, parallel_rows, Array, Call, Component, Denoiser, DenoiserContext, Failure, Parameters, Result, Values,
};
use posterior::{Noising, Scratch, TrainingData};

/// The denoiser; its state is the samples that it was fitted to.
struct NearestNeighbours {
    data: TrainingData,
}

/// Multiplications in a piece of a parallel loop: some 0.1 ms.
const PIECE: usize = 1 << 17;

impl Denoiser for NearestNeighbours {
    const FITTED: bool = true;
    const DIFFERENTIABLE: bool = true;

    fn create(context: &DenoiserContext, parameters: &Parameters) -> Result<Self> {
        let components = context.space.components;
        let samples = match (&context.state, context.fitting) {
            (Some(state), _) => match Array::find(state, c"samples")?.floats()? {
                (values, &[_, width]) if width == components => values,
                (_, axes) => {
                    return Err(Failure::argument(format!(
                        "the state holds samples of axes {axes:?}, the space has {components} components; \
                         take the data set and basis that it was fitted with"
                    )))
                }
            },
            (None, Some(values)) => values,
            (None, None) => &[],
        };
        if samples.is_empty() {
            return Err(Failure::needs_data(
                "the training data are the denoiser, and there are neither data nor state",
            ));
        }
        if let Some(place) = samples.iter().position(|value| !value.is_finite()) {
            let (sample, component, value) = (place / components, place % components, samples[place]);
            return Err(Failure::argument(format!("component {component} of training sample {sample} is {value}")));
        }
        let neighbours = parameters.get::<i64>(c"neighbours")?;
        let neighbours = usize::try_from(neighbours)
            .map_err(|_| Failure::argument(format!("neighbours {neighbours} is negative; 0 takes all")))?;
        let bandwidth = parameters.get::<f64>(c"bandwidth")?;
        if !(bandwidth >= 0.0 && bandwidth.is_finite()) {
            return Err(Failure::argument(format!("bandwidth {bandwidth} is not a finite number from 0")));
        }
        Ok(NearestNeighbours { data: TrainingData::new(samples, components, neighbours, bandwidth)? })
    }

    fn components(&self) -> usize {
        self.data.components
    }

    fn predict_noise(&self, call: &Call, noise: &mut [f32]) -> Result<()> {
        self.each_row(call, [noise], |scratch, _, [noise]| self.data.write_noise(scratch, noise))
    }

    fn pull_back(&self, call: &Call, cotangents: &[f32], noise: &mut [f32], products: &mut [f32]) -> Result<()> {
        let width = self.data.components;
        self.each_row(call, [noise, products], |scratch, row, [noise, products]| {
            self.data.write_noise(scratch, noise);
            self.data.write_products(scratch, &cotangents[row * width..(row + 1) * width], products);
        })
    }

    fn state(&self) -> Vec<Array<'_>> {
        vec![Array {
            name: c"samples",
            axes: vec![self.data.count(), self.data.components],
            values: Values::Float(self.data.samples()),
        }]
    }
}

impl NearestNeighbours {
    /// Finds the posterior of every row, and lets `write` make results of it.
    fn each_row<const N: usize>(
        &self, call: &Call, outputs: [&mut [f32]; N], write: impl Fn(&mut Scratch, usize, [&mut [f32]; N]) + Sync,
    ) -> Result<()> {
        let width = self.data.components;
        let grain = PIECE / (self.data.count() * width).min(PIECE);
        parallel_rows(outputs, width, grain, |rows, mut outputs| {
            let mut scratch = Scratch::new(&self.data)?;
            for (place, row) in rows.enumerate() {
                let state = call.state(row);
                let noising = Noising { alpha: state.alpha, sigma: state.sigma };
                let noised = &call.noised[row * width..(row + 1) * width];
                if !self.data.find(noised, noising, &mut scratch, is_cancelled) {
                    return Err(Failure::cancelled());
                }
                let own = outputs.each_mut().map(|output| &mut output[place * width..(place + 1) * width]);
                write(&mut scratch, row, own);
            }
            Ok(())
        })
    }
}

const PARAMETERS: &std::ffi::CStr = cr#"[
    {"name": "neighbours", "type": "integer", "default": 0, "range": [0, 1000000000],
     "documentation": "How many of the nearest training samples enter; 0 for all, which is exact."},
    {"name": "bandwidth", "type": "number", "default": 0, "range": [0, 100],
     "documentation": "Standard deviation of a Gaussian about each training sample, in whitened components; 0: none."}
]"#;

export! {
    id: c"org.gud.examples.nearest-neighbours", version: c"1.0.0", license: c"Apache-2.0",
    components: [
        Component::denoiser::<NearestNeighbours>(
            c"nearest-neighbours",
            c"The exact denoiser of the training data themselves: a softmax over noised samples.",
            Some(PARAMETERS),
        ),
    ],
}
