//! The interface between GUD and its plugins, version 1.0, for Rust.
//!
//! [`raw`] declares `gud_plugin.h` name by name; that header is the contract, and says who owns what, for how long, and
//! from which threads. What follows it is a thin safe layer: a plugin implements [`Basis`], [`Schedule`], [`Denoiser`]
//! or [`Conditioner`] for a type of its own, and [`export!`](macro@crate::export) makes the tables and the entry. A
//! panic becomes `GUD_ERROR_INTERNAL`; none crosses the interface (keep `panic = "unwind"`).
//!
//! Copy this file into a `cdylib` crate as `src/gud_plugin.rs`; it needs Rust 1.82 and the standard library alone:
//!
//! ```ignore
//! mod gud_plugin;
//! use gud_plugin::{Component, Parameters, Result, Schedule, ScheduleContext};
//!
//! struct Straight { components: usize }
//!
//! impl Schedule for Straight {
//!     fn create(context: &ScheduleContext, _: &Parameters) -> Result<Self> {
//!         Ok(Straight { components: context.variances.len() })
//!     }
//!     fn components(&self) -> usize { self.components }
//!     fn gamma(&self, time: f64, gamma: &mut [f64]) { gamma.fill(-7.0 + 14.0 * time) }
//!     fn gamma_rate(&self, _: f64, rate: &mut [f64]) { rate.fill(14.0) }
//! }
//!
//! export! {
//!     id: c"org.example.straight", version: c"1.0.0", license: c"Apache-2.0",
//!     components: [Component::schedule::<Straight>(c"straight", c"A straight line.", None)],
//! }
//! ```

#![allow(dead_code)]

use std::any::Any;
use std::ffi::{c_char, c_void, CStr, CString};
use std::marker::PhantomData;
use std::mem::{offset_of, size_of, MaybeUninit};
use std::ops::Range;
use std::panic::{catch_unwind, AssertUnwindSafe};
use std::sync::{Mutex, OnceLock};

/// The declarations of `gud_plugin.h`, in its order and by its names.
#[allow(non_camel_case_types)]
pub mod raw {
    use std::ffi::{c_char, c_void};

    /// The version of the interface that this file declares.
    pub const GUD_ABI_MAJOR: u16 = 1;
    pub const GUD_ABI_MINOR: u16 = 0;

    /// What a function came to. A plugin's own codes begin at 1000.
    pub type gud_status = i32;
    pub const GUD_OK: gud_status = 0;
    pub const GUD_ERROR_ARGUMENT: gud_status = 1;
    pub const GUD_ERROR_SHAPE: gud_status = 2;
    pub const GUD_ERROR_UNSUPPORTED: gud_status = 3;
    pub const GUD_ERROR_NEEDS_DATA: gud_status = 4;
    pub const GUD_ERROR_MEMORY: gud_status = 5;
    pub const GUD_ERROR_CANCELLED: gud_status = 6;
    pub const GUD_ERROR_IO: gud_status = 7;
    pub const GUD_ERROR_ABI: gud_status = 8;
    pub const GUD_ERROR_INTERNAL: gud_status = 100;

    /// Frozen. The caller owns it; `message` is UTF-8, ends with a zero, and is cut to fit.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_error {
        pub struct_size: u32,
        pub code: gud_status,
        pub message: [c_char; 504],
    }

    /// The parameters of one object. The host's; valid during create.
    #[repr(C)]
    pub struct gud_parameters {
        _opaque: [u8; 0],
    }

    pub const GUD_ARRAY_FLOAT: u32 = 1;
    pub const GUD_ARRAY_DOUBLE: u32 = 2;
    pub const GUD_ARRAY_INT64: u32 = 3;

    /// Frozen. A named array of what an object must keep in a checkpoint.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_array {
        pub name: *const c_char,
        pub r#type: u32,
        pub rank: u32,
        pub axes: [u64; 4],
        pub data: *const c_void,
    }

    pub const GUD_LABEL_FREQUENCY: u32 = 0;
    pub const GUD_LABEL_LEVEL: u32 = 1;
    pub const GUD_LABEL_ROW: u32 = 2;
    pub const GUD_LABEL_COLUMN: u32 = 3;
    pub const GUD_LABEL_COUNT: u32 = 4;

    /// From `[batch][D]` to `[batch][K]`, or back.
    pub type gud_transform =
        Option<unsafe extern "C" fn(*mut c_void, usize, *const f32, *mut f32, *mut gud_error) -> gud_status>;
    /// Writes K labels of an order.
    pub type gud_write_labels = Option<unsafe extern "C" fn(*mut c_void, u32, *mut f64, *mut gud_error) -> gud_status>;
    /// Ends an object.
    pub type gud_destroy = Option<unsafe extern "C" fn(*mut c_void)>;
    /// Points to arrays that the object keeps until it is destroyed.
    pub type gud_get_state =
        Option<unsafe extern "C" fn(*mut c_void, *mut *const gud_array, *mut usize, *mut gud_error) -> gud_status>;
    /// Makes an object from a factory, a context and parameters.
    pub type gud_create<Context> = Option<
        unsafe extern "C" fn(
            *mut c_void,
            *const Context,
            *const gud_parameters,
            *mut *mut c_void,
            *mut gud_error,
        ) -> gud_status,
    >;
    /// Describes an object.
    pub type gud_get_info<Info> = Option<unsafe extern "C" fn(*mut c_void, *mut Info, *mut gud_error) -> gud_status>;

    /// The space in which a diffusion lives: `z = U (x - mean) / scale`.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_space {
        pub struct_size: u32,
        pub rank: u32,
        pub axes: [u64; 4],
        pub dimension: u64,
        pub components: u64,
        pub mean: *const f32,
        pub scale: *const f32,
        pub variances: *const f64,
        pub context: *mut c_void,
        pub forward: gud_transform,
        pub inverse: gud_transform,
        pub labels: gud_write_labels,
    }

    pub const GUD_LOG_DEBUG: i32 = 0;
    pub const GUD_LOG_INFO: i32 = 1;
    pub const GUD_LOG_WARNING: i32 = 2;
    pub const GUD_LOG_ERROR: i32 = 3;

    /// What `parallel_for` calls: `(argument, begin, end)`.
    pub type gud_parallel_body = unsafe extern "C" fn(*mut c_void, usize, usize);
    /// Reads a parameter of one type.
    pub type gud_parameter<Value> =
        Option<unsafe extern "C" fn(*const gud_parameters, *const c_char, *mut Value) -> i32>;
    /// Reads a parameter that has a length.
    pub type gud_parameter_list<Value> =
        Option<unsafe extern "C" fn(*const gud_parameters, *const c_char, *mut *const Value, *mut usize) -> i32>;

    /// What the host offers. Lives as long as the process.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_host {
        pub struct_size: u32,
        pub abi_major: u16,
        pub abi_minor: u16,
        pub name: *const c_char,
        pub context: *mut c_void,
        pub log: Option<unsafe extern "C" fn(*mut c_void, i32, *const c_char, *const c_char)>,
        pub is_cancelled: Option<unsafe extern "C" fn(*mut c_void) -> i32>,
        pub parallel_for:
            Option<unsafe extern "C" fn(*mut c_void, usize, usize, Option<gud_parallel_body>, *mut c_void)>,
        pub fill_normals: Option<unsafe extern "C" fn(*mut c_void, u64, u64, u32, *mut f32, usize)>,
        pub parameter_boolean: gud_parameter<i32>,
        pub parameter_integer: gud_parameter<i64>,
        pub parameter_number: gud_parameter<f64>,
        pub parameter_text: gud_parameter_list<c_char>,
        pub parameter_numbers: gud_parameter_list<f64>,
    }

    /// What a basis may draw on while it is made.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_basis_context {
        pub struct_size: u32,
        pub rank: u32,
        pub axes: [u64; 4],
        pub fitting: *const f32,
        pub fitting_count: usize,
        pub state: *const gud_array,
        pub state_count: usize,
    }

    pub const GUD_BASIS_FITTED: u32 = 1;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_basis_info {
        pub struct_size: u32,
        pub flags: u32,
        pub dimension: u64,
        pub components: u64,
    }

    /// A basis is linear and orthonormal.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_basis_table {
        pub struct_size: u32,
        pub reserved: u32,
        pub create: gud_create<gud_basis_context>,
        pub destroy: gud_destroy,
        pub info: gud_get_info<gud_basis_info>,
        pub forward: gud_transform,
        pub inverse: gud_transform,
        pub labels: gud_write_labels,
        pub state: gud_get_state,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_schedule_context {
        pub struct_size: u32,
        pub label_count: u32,
        pub components: u64,
        pub variances: *const f64,
        pub data_variances: *const f64,
        pub labels: *const *const f64,
    }

    pub const GUD_SCHEDULE_FAMILY: u32 = 1;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_schedule_info {
        pub struct_size: u32,
        pub flags: u32,
        pub components: u64,
    }

    /// `gamma_i(t)` is finite for every t in [0, 1] and never decreases.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_schedule_table {
        pub struct_size: u32,
        pub reserved: u32,
        pub create: gud_create<gud_schedule_context>,
        pub destroy: gud_destroy,
        pub info: gud_get_info<gud_schedule_info>,
        pub gamma: Option<
            unsafe extern "C" fn(*mut c_void, *const f64, usize, *mut f64, *mut f64, *mut gud_error) -> gud_status,
        >,
        pub member: Option<unsafe extern "C" fn(*mut c_void, f64, *mut *mut c_void, *mut gud_error) -> gud_status>,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_denoiser_context {
        pub struct_size: u32,
        pub reserved: u32,
        pub space: *const gud_space,
        pub fitting: *const f32,
        pub fitting_count: usize,
        pub state: *const gud_array,
        pub state_count: usize,
        pub embedding_width: u64,
        pub seed: u64,
        pub device: *const c_char,
    }

    pub const GUD_DENOISER_FITTED: u32 = 1;
    pub const GUD_DENOISER_DIFFERENTIABLE: u32 = 2;
    pub const GUD_DENOISER_GAUSSIAN: u32 = 4;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_denoiser_info {
        pub struct_size: u32,
        pub flags: u32,
        pub components: u64,
        pub embedding_width: u64,
    }

    /// Where the noising of one sample has got to.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_noising_state {
        pub struct_size: u32,
        pub reserved: u32,
        pub time: f64,
        pub gamma: *const f64,
        pub gamma_rate: *const f64,
        pub alpha: *const f64,
        pub sigma: *const f64,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_denoiser_call {
        pub struct_size: u32,
        pub reserved: u32,
        pub batch: usize,
        pub noised: *const f32,
        pub states: *const *const gud_noising_state,
        pub state_count: usize,
        pub embeddings: *const f32,
        pub noise: *mut f32,
        pub cotangents: *const f32,
        pub products: *mut f32,
    }

    /// Evaluates a denoiser.
    pub type gud_denoise =
        Option<unsafe extern "C" fn(*mut c_void, *const gud_denoiser_call, *mut gud_error) -> gud_status>;

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_denoiser_table {
        pub struct_size: u32,
        pub reserved: u32,
        pub create: gud_create<gud_denoiser_context>,
        pub destroy: gud_destroy,
        pub info: gud_get_info<gud_denoiser_info>,
        pub predict_noise: gud_denoise,
        pub pull_back: gud_denoise,
        pub state: gud_get_state,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_conditioner_context {
        pub struct_size: u32,
        pub reserved: u32,
        pub class_count: u64,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_conditioner_info {
        pub struct_size: u32,
        pub flags: u32,
        pub embedding_width: u64,
        pub drop_probability: f64,
    }

    /// What somebody asks of a sampler.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_condition_request {
        pub struct_size: u32,
        pub reserved: u32,
        pub class_index: i64,
        pub guidance: f64,
        pub observed: *const f32,
        pub observed_mask: *const u8,
        pub space: *const gud_space,
    }

    pub const GUD_CONDITION_EMBEDDING: u32 = 1;
    pub const GUD_CONDITION_GIVEN: u32 = 2;

    /// What a conditioner makes of a request. The host provides all arrays.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_condition {
        pub struct_size: u32,
        pub flags: u32,
        pub guidance: f64,
        pub embedding: *mut f32,
        pub given: *mut u8,
        pub given_values: *mut f32,
    }

    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_conditioner_table {
        pub struct_size: u32,
        pub reserved: u32,
        pub create: gud_create<gud_conditioner_context>,
        pub destroy: gud_destroy,
        pub info: gud_get_info<gud_conditioner_info>,
        pub condition: Option<
            unsafe extern "C" fn(
                *mut c_void,
                *const gud_condition_request,
                *mut gud_condition,
                *mut gud_error,
            ) -> gud_status,
        >,
    }

    pub const GUD_KIND_BASIS: u32 = 1;
    pub const GUD_KIND_SCHEDULE: u32 = 2;
    pub const GUD_KIND_DENOISER: u32 = 3;
    pub const GUD_KIND_CONDITIONER: u32 = 4;

    pub const GUD_THREADS_CONCURRENT: u32 = 0;
    pub const GUD_THREADS_OBJECT: u32 = 1;
    pub const GUD_THREADS_PLUGIN: u32 = 2;

    /// Lives as long as the process, with everything that it points to.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_component {
        pub struct_size: u32,
        pub kind: u32,
        pub threads: u32,
        pub reserved: u32,
        pub name: *const c_char,
        pub summary: *const c_char,
        pub parameters: *const c_char,
        pub factory: *mut c_void,
        pub table: *const c_void,
    }

    /// Lives as long as the process, with everything that it points to.
    #[repr(C)]
    #[derive(Clone, Copy)]
    pub struct gud_plugin {
        pub struct_size: u32,
        pub abi_major: u16,
        pub abi_minor: u16,
        pub id: *const c_char,
        pub version: *const c_char,
        pub license: *const c_char,
        pub toolkit: *const c_char,
        pub components: *const *const gud_component,
        pub component_count: u32,
        pub reserved: u32,
    }

    /// A structure that may grow: it begins with `struct_size`, and all bits zero are a value of it.
    ///
    /// # Safety
    /// Only for the structures above that say so.
    pub unsafe trait Versioned: Copy {}
    unsafe impl Versioned for gud_space {}
    unsafe impl Versioned for gud_host {}
    unsafe impl Versioned for gud_basis_context {}
    unsafe impl Versioned for gud_schedule_context {}
    unsafe impl Versioned for gud_denoiser_context {}
    unsafe impl Versioned for gud_noising_state {}
    unsafe impl Versioned for gud_denoiser_call {}
    unsafe impl Versioned for gud_conditioner_context {}
    unsafe impl Versioned for gud_condition_request {}
}

// ---- Errors ---------------------------------------------------------------------------------------------------------

/// What goes wrong: a status, and a text for people that names the value and the remedy.
#[derive(Clone, Debug, PartialEq)]
pub struct Failure {
    /// One of `raw::GUD_ERROR_…`, or a code of the plugin's own from 1000.
    pub code: raw::gud_status,
    /// One sentence; it is cut after 503 bytes.
    pub message: String,
}

/// A value, or why there is none.
pub type Result<T> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with any code.
    pub fn new(code: raw::gud_status, message: impl Into<String>) -> Self {
        Failure { code, message: message.into() }
    }
    /// A parameter or request that cannot be met.
    pub fn argument(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_ARGUMENT, message)
    }
    /// Samples of this shape cannot be handled.
    pub fn shape(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_SHAPE, message)
    }
    /// The object has not got the ability.
    pub fn unsupported(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_UNSUPPORTED, message)
    }
    /// The object is fitted, and there are neither data nor state.
    pub fn needs_data(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_NEEDS_DATA, message)
    }
    /// There is not enough memory.
    pub fn memory(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_MEMORY, message)
    }
    /// The user asked to stop.
    pub fn cancelled() -> Self {
        Self::new(raw::GUD_ERROR_CANCELLED, "cancelled")
    }
    /// Anything else.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(raw::GUD_ERROR_INTERNAL, message)
    }
}

/// Describes an error and returns its code. The text is cut between characters.
///
/// # Safety
/// `error` is null or points to a `gud_error`.
pub unsafe fn fail(error: *mut raw::gud_error, code: raw::gud_status, message: &str) -> raw::gud_status {
    if !error.is_null() {
        let mut end = message.len().min(503);
        while !message.is_char_boundary(end) {
            end -= 1;
        }
        let mut text = [0 as c_char; 504];
        for (place, byte) in text.iter_mut().zip(message[..end].bytes()) {
            *place = if byte == 0 { b'?' as c_char } else { byte as c_char };
        }
        unsafe {
            (*error).message = text;
            (*error).code = code;
        }
    }
    code
}

/// Runs the body of a function of the interface: failures are described, panics become `GUD_ERROR_INTERNAL`.
///
/// # Safety
/// As [`fail`].
pub unsafe fn guard(error: *mut raw::gud_error, body: impl FnOnce() -> Result<()>) -> raw::gud_status {
    match caught(body) {
        Ok(()) => raw::GUD_OK,
        Err(failure) if failure.code == raw::GUD_OK => unsafe {
            fail(error, raw::GUD_ERROR_INTERNAL, &failure.message)
        },
        Err(failure) => unsafe { fail(error, failure.code, &failure.message) },
    }
}

/// What a body returns; a panic is a failure like any other.
fn caught<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload: Box<dyn Any + Send>| {
        let text = payload.downcast_ref::<&str>().map(|text| text.to_string());
        let text = text.or_else(|| payload.downcast_ref::<String>().cloned());
        if text.is_none() {
            // Dropping a payload of an unknown type could panic again.
            std::mem::forget(payload);
        }
        Err(Failure::internal(format!("it panicked: {}", text.as_deref().unwrap_or("no text"))))
    })
}

// ---- Reading what the host passes -----------------------------------------------------------------------------------

/// Copies a structure that may be older or newer than this file: what is missing is zero, what is unknown is left out.
unsafe fn read<T: raw::Versioned>(pointer: *const T) -> Result<T> {
    if pointer.is_null() {
        return Err(Failure::internal(format!("the host passed no {}", std::any::type_name::<T>())));
    }
    let mut value = MaybeUninit::<T>::zeroed();
    unsafe {
        let size = (*pointer.cast::<u32>() as usize).min(size_of::<T>());
        std::ptr::copy_nonoverlapping(pointer.cast::<u8>(), value.as_mut_ptr().cast::<u8>(), size);
        Ok(value.assume_init())
    }
}

unsafe fn slice<'a, T>(pointer: *const T, count: usize) -> Result<&'a [T]> {
    match (count, pointer.is_null()) {
        (0, _) => Ok(&[]),
        (_, true) => Err(Failure::internal(format!("the host passed no array where {count} values belong"))),
        _ => Ok(unsafe { std::slice::from_raw_parts(pointer, count) }),
    }
}

unsafe fn slice_mut<'a, T>(pointer: *mut T, count: usize) -> Result<&'a mut [T]> {
    match (count, pointer.is_null()) {
        (0, _) => Ok(&mut []),
        (_, true) => Err(Failure::internal(format!("the host passed no room for {count} values"))),
        _ => Ok(unsafe { std::slice::from_raw_parts_mut(pointer, count) }),
    }
}

unsafe fn text<'a>(pointer: *const c_char) -> &'a str {
    if pointer.is_null() {
        return "";
    }
    unsafe { CStr::from_ptr(pointer) }.to_str().unwrap_or("")
}

/// The product of counts, as long as an array of so many 8-byte values can exist.
fn counted(factors: &[u64]) -> Result<usize> {
    let product = factors.iter().try_fold(1u64, |product, factor| product.checked_mul(*factor));
    match product {
        Some(product) if product <= (isize::MAX / 8) as u64 => Ok(product as usize),
        _ => Err(Failure::shape(format!("{factors:?} make more values than an array can hold"))),
    }
}

/// The shape of one sample, row-major.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shape {
    /// A plain vector.
    Vector(usize),
    /// An image, channels last.
    Image { height: usize, width: usize, channels: usize },
}

impl Shape {
    /// The number of scalars, *D*.
    pub fn dimension(&self) -> usize {
        match *self {
            Shape::Vector(count) => count,
            Shape::Image { height, width, channels } => height * width * channels,
        }
    }

    fn new(rank: u32, axes: [u64; 4]) -> Result<Self> {
        let [first, second, third] = [axes[0] as usize, axes[1] as usize, axes[2] as usize];
        let shape = match rank {
            1 => Shape::Vector(first),
            3 => Shape::Image { height: first, width: second, channels: third },
            _ => return Err(Failure::shape(format!("samples have {rank} axes; 1 or 3 can be handled"))),
        };
        match counted(&axes[..rank as usize])? {
            0 => Err(Failure::shape(format!("samples of axes {:?} hold no scalar", &axes[..rank as usize]))),
            _ => Ok(shape),
        }
    }
}

/// A natural ordering variable of components; lower labels are generated first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Frequency,
    Level,
    Row,
    Column,
}

impl Order {
    /// All orders, at the place of their number.
    pub const ALL: [Order; 4] = [Order::Frequency, Order::Level, Order::Row, Order::Column];

    fn new(number: u32) -> Result<Self> {
        let order = Self::ALL.get(number as usize).copied();
        order.ok_or_else(|| Failure::unsupported(format!("order {number} is unknown here")))
    }
}

/// The values of an [`Array`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Values<'a> {
    Float(&'a [f32]),
    Double(&'a [f64]),
    Int64(&'a [i64]),
}

/// A named array of what an object must keep in a checkpoint; at most 4 axes, none for a single number.
#[derive(Clone, Debug, PartialEq)]
pub struct Array<'a> {
    /// Letters, digits, dots and underscores.
    pub name: &'a CStr,
    /// Outermost first.
    pub axes: Vec<usize>,
    pub values: Values<'a>,
}

impl<'a> Array<'a> {
    /// The array of a name, out of a state.
    pub fn find(state: &'a [Array<'a>], name: &CStr) -> Result<&'a Array<'a>> {
        state.iter().find(|array| array.name == name).ok_or_else(|| {
            Failure::argument(format!("the state has no array '{}'; it is another component's", name.to_string_lossy()))
        })
    }

    /// The values and axes of an array of float.
    pub fn floats(&self) -> Result<(&'a [f32], &[usize])> {
        match self.values {
            Values::Float(values) => Ok((values, &self.axes)),
            _ => Err(Failure::argument(format!(
                "the state's '{}' is not an array of float",
                self.name.to_string_lossy()
            ))),
        }
    }

    unsafe fn read_all(pointer: *const raw::gud_array, count: usize) -> Result<Option<Vec<Array<'a>>>> {
        if pointer.is_null() {
            return Ok(None);
        }
        let mut arrays = Vec::new();
        for array in unsafe { slice(pointer, count)? } {
            if array.name.is_null() || array.rank > 4 {
                return Err(Failure::internal(format!(
                    "the host passed a state of rank {}, or without name",
                    array.rank
                )));
            }
            let axes = &array.axes[..array.rank as usize];
            let count = counted(axes)?;
            let values = unsafe {
                match array.r#type {
                    raw::GUD_ARRAY_FLOAT => Values::Float(slice(array.data.cast(), count)?),
                    raw::GUD_ARRAY_DOUBLE => Values::Double(slice(array.data.cast(), count)?),
                    raw::GUD_ARRAY_INT64 => Values::Int64(slice(array.data.cast(), count)?),
                    other => return Err(Failure::internal(format!("arrays of type {other} are unknown here"))),
                }
            };
            let name = unsafe { CStr::from_ptr(array.name) };
            arrays.push(Array { name, axes: axes.iter().map(|axis| *axis as usize).collect(), values });
        }
        Ok(Some(arrays))
    }
}

// ---- The host -------------------------------------------------------------------------------------------------------

#[derive(Clone, Copy)]
struct Host {
    table: raw::gud_host,
    plugin: &'static CStr,
}

// SAFETY: the interface declares all of the host's functions callable from any thread, for the life of the process.
unsafe impl Send for Host {}
unsafe impl Sync for Host {}

/// Set by the entry; unit tests run without.
static HOST: OnceLock<Host> = OnceLock::new();

/// How serious a line of the log is.
#[derive(Clone, Copy, Debug)]
pub enum Level {
    Debug = raw::GUD_LOG_DEBUG as isize,
    Info = raw::GUD_LOG_INFO as isize,
    Warning = raw::GUD_LOG_WARNING as isize,
    Error = raw::GUD_LOG_ERROR as isize,
}

/// Shows a line to the user, under the plugin's id.
pub fn log(level: Level, text: &str) {
    let line = CString::new(text.replace('\0', "?")).unwrap_or_default();
    match HOST.get() {
        Some(Host { table, plugin }) => {
            if let Some(log) = table.log {
                unsafe { log(table.context, level as i32, plugin.as_ptr(), line.as_ptr()) }
            }
        }
        None => eprintln!("{text}"),
    }
}

/// Whether the user asked to stop. Poll it in loops of more than 10 ms, and return [`Failure::cancelled`].
pub fn is_cancelled() -> bool {
    let Some(Host { table, .. }) = HOST.get() else { return false };
    table.is_cancelled.is_some_and(|is_cancelled| unsafe { is_cancelled(table.context) } != 0)
}

/// Writes standard normals that depend on (seed, sample, step) and the position in `out` alone.
pub fn fill_normals(seed: u64, sample: u64, step: u32, out: &mut [f32]) -> Result<()> {
    let host = HOST.get().and_then(|host| host.table.fill_normals.map(|fill| (host.table.context, fill)));
    let (context, fill) = host.ok_or_else(|| Failure::unsupported("there is no host to draw normals"))?;
    unsafe { fill(context, seed, sample, step, out.as_mut_ptr(), out.len()) };
    Ok(())
}

/// Runs `body` over `0..count` in pieces of at most `grain`, on the host's threads; here and now where there is no
/// host.
///
/// Where pieces fail, the failure of the first one in order is returned. Results must not depend on their spread.
pub fn parallel_for<F>(count: usize, grain: usize, body: F) -> Result<()>
where
    F: Fn(Range<usize>) -> Result<()> + Sync,
{
    struct Job<'a, F> {
        body: &'a F,
        first: Mutex<Option<(usize, Failure)>>,
    }
    unsafe extern "C" fn run<F: Fn(Range<usize>) -> Result<()> + Sync>(job: *mut c_void, begin: usize, end: usize) {
        let job = unsafe { &*job.cast::<Job<F>>() };
        if let Err(failure) = caught(|| (job.body)(begin..end)) {
            let mut first = job.first.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if first.as_ref().is_none_or(|(place, _)| begin < *place) {
                *first = Some((begin, failure));
            }
        }
    }
    let grain = grain.max(1);
    let host = HOST.get().and_then(|host| host.table.parallel_for.map(|run| (host.table.context, run)));
    let Some((context, parallel_for)) = host.filter(|_| count > grain) else {
        return (0..count).step_by(grain).try_for_each(|begin| body(begin..count.min(begin + grain)));
    };
    let mut job = Job { body: &body, first: Mutex::new(None) };
    unsafe { parallel_for(context, count, grain, Some(run::<F>), (&raw mut job).cast()) };
    match job.first.into_inner().unwrap_or_else(|poisoned| poisoned.into_inner()) {
        Some((_, failure)) => Err(failure),
        None => Ok(()),
    }
}

/// As [`parallel_for`], where every row is `width` scalars of each output: a piece gets its own rows to write.
pub fn parallel_rows<const N: usize, F>(outputs: [&mut [f32]; N], width: usize, grain: usize, body: F) -> Result<()>
where
    F: Fn(Range<usize>, [&mut [f32]; N]) -> Result<()> + Sync,
{
    struct Rows<const N: usize> {
        starts: [*mut f32; N],
        count: usize,
        width: usize,
    }
    // SAFETY: pieces of a parallel loop have no row in common.
    unsafe impl<const N: usize> Sync for Rows<N> {}
    impl<const N: usize> Rows<N> {
        #[allow(clippy::mut_from_ref)] // from the raw pointers in it; the pieces are disjoint
        fn piece(&self, rows: &Range<usize>) -> Result<[&mut [f32]; N]> {
            if rows.start > rows.end || rows.end > self.count {
                return Err(Failure::internal(format!("the host ran rows {rows:?} of {}", self.count)));
            }
            let (first, count) = (rows.start * self.width, rows.len() * self.width);
            Ok(self.starts.map(|start| unsafe { std::slice::from_raw_parts_mut(start.add(first), count) }))
        }
    }
    let count = outputs.first().map_or(0, |output| output.len()) / width.max(1);
    if outputs.iter().any(|output| output.len() != count * width) {
        return Err(Failure::internal(format!("outputs do not all hold {count} rows of {width}")));
    }
    let rows = Rows { starts: outputs.map(|output| output.as_mut_ptr()), count, width };
    parallel_for(count, grain, |range| {
        let piece = rows.piece(&range)?;
        body(range, piece)
    })
}

/// The parameters of an object, checked against the component's schema, defaults filled in.
pub struct Parameters<'a> {
    parameters: &'a raw::gud_parameters,
    table: &'static raw::gud_host,
}

impl<'a> Parameters<'a> {
    /// The value of a parameter: a `bool`, `i64`, `f64`, `&str` or `&[f64]`.
    pub fn get<T: Parameter<'a>>(&self, name: &CStr) -> Result<T> {
        let value = self.find(name)?;
        value.ok_or_else(|| Failure::argument(format!("parameter '{}' is missing", name.to_string_lossy())))
    }

    /// The value of a parameter that may be null.
    pub fn find<T: Parameter<'a>>(&self, name: &CStr) -> Result<Option<T>> {
        let (found, value) = T::read(self, name);
        match found {
            0 => Ok(None),
            1 => Ok(value),
            _ => Err(Failure::argument(format!("parameter '{}' is not {}", name.to_string_lossy(), T::EXPECTATION))),
        }
    }

    unsafe fn new(parameters: *const raw::gud_parameters) -> Result<Self> {
        let host = HOST.get().ok_or_else(|| Failure::internal("the plugin was not entered"))?;
        let parameters = unsafe { parameters.as_ref() };
        let parameters = parameters.ok_or_else(|| Failure::internal("the host passed no parameters"))?;
        Ok(Parameters { parameters, table: &host.table })
    }
}

/// A type that a parameter can have.
pub trait Parameter<'a>: Sized {
    /// What a person should write.
    const EXPECTATION: &'static str;
    /// What the host returned, and the value where that was 1.
    fn read(parameters: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>);
}

/// Reads a parameter through one of the host's functions.
fn scalar<T: Copy, V>(
    from: &Parameters, name: &CStr, function: raw::gud_parameter<T>, zero: T, value: impl Fn(T) -> V,
) -> (i32, Option<V>) {
    let mut found = zero;
    let status = function.map_or(-1, |function| unsafe { function(from.parameters, name.as_ptr(), &mut found) });
    (status, (status == 1).then(|| value(found)))
}

fn list<'a, T>(from: &Parameters<'a>, name: &CStr, function: raw::gud_parameter_list<T>) -> (i32, Option<&'a [T]>) {
    let (mut start, mut count) = (std::ptr::null(), 0);
    let status =
        function.map_or(-1, |function| unsafe { function(from.parameters, name.as_ptr(), &mut start, &mut count) });
    (status, if status == 1 { unsafe { slice(start, count) }.ok() } else { None })
}

impl<'a> Parameter<'a> for bool {
    const EXPECTATION: &'static str = "true or false";
    fn read(from: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>) {
        scalar(from, name, from.table.parameter_boolean, 0, |value| value != 0)
    }
}

impl<'a> Parameter<'a> for i64 {
    const EXPECTATION: &'static str = "an integer";
    fn read(from: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>) {
        scalar(from, name, from.table.parameter_integer, 0, |value| value)
    }
}

impl<'a> Parameter<'a> for f64 {
    const EXPECTATION: &'static str = "a number";
    fn read(from: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>) {
        scalar(from, name, from.table.parameter_number, 0.0, |value| value)
    }
}

impl<'a> Parameter<'a> for &'a str {
    const EXPECTATION: &'static str = "a text";
    fn read(from: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>) {
        let (status, characters) = list(from, name, from.table.parameter_text);
        let bytes =
            characters.map(|text| unsafe { std::slice::from_raw_parts(text.as_ptr().cast::<u8>(), text.len()) });
        match bytes.map(std::str::from_utf8) {
            Some(Ok(text)) => (status, Some(text)),
            Some(Err(_)) => (-1, None),
            None => (status, None),
        }
    }
}

impl<'a> Parameter<'a> for &'a [f64] {
    const EXPECTATION: &'static str = "a list of numbers";
    fn read(from: &Parameters<'a>, name: &CStr) -> (i32, Option<Self>) {
        list(from, name, from.table.parameter_numbers)
    }
}

// ---- Spaces ---------------------------------------------------------------------------------------------------------

/// The space in which a diffusion lives: `z = U (x - mean) / scale`.
#[derive(Clone, Copy)]
pub struct Space<'a> {
    table: raw::gud_space,
    /// The shape of one sample.
    pub shape: Shape,
    /// The number of components, *K*.
    pub components: usize,
    /// `[D]`, in data units.
    pub mean: &'a [f32],
    /// `[K]`, positive.
    pub scale: &'a [f32],
    /// `[K]`, of z over the training data; 0 where the data never go.
    pub variances: &'a [f64],
}

// SAFETY: the interface declares a space's functions callable from any thread.
unsafe impl Send for Space<'_> {}
unsafe impl Sync for Space<'_> {}

impl<'a> Space<'a> {
    unsafe fn new(pointer: *const raw::gud_space) -> Result<Self> {
        unsafe {
            let table = read(pointer)?;
            let shape = Shape::new(table.rank, table.axes)?;
            let components = counted(&[table.components])?;
            Ok(Space {
                shape,
                components,
                mean: slice(table.mean, shape.dimension())?,
                scale: slice(table.scale, components)?,
                variances: slice(table.variances, components)?,
                table,
            })
        }
    }

    /// The same space for as long as the caller can vouch for it.
    ///
    /// # Safety
    /// Only for the space of a [`DenoiserContext`], and not beyond the end of the denoiser made from it.
    pub unsafe fn kept<'b>(self) -> Space<'b> {
        unsafe { std::mem::transmute(self) }
    }

    /// `c = U x` of a batch, from `[batch, D]` to `[batch, K]`; no mean is removed, nothing is whitened.
    pub fn forward(&self, samples: &[f32], coefficients: &mut [f32]) -> Result<()> {
        self.transform(self.table.forward, samples, self.shape.dimension(), coefficients, self.components)
    }

    /// `x = Uᵀ c` of a batch, from `[batch, K]` to `[batch, D]`.
    pub fn inverse(&self, coefficients: &[f32], samples: &mut [f32]) -> Result<()> {
        self.transform(self.table.inverse, coefficients, self.components, samples, self.shape.dimension())
    }

    /// The labels of an order, one for each component; `None` where the basis has none.
    pub fn labels(&self, order: Order) -> Result<Option<Vec<f64>>> {
        let Some(labels) = self.table.labels else { return Ok(None) };
        let mut values = vec![0.0; self.components];
        let outcome = asked(|error| unsafe { labels(self.table.context, order as u32, values.as_mut_ptr(), error) });
        match outcome {
            Ok(()) => Ok(Some(values)),
            Err(failure) if failure.code == raw::GUD_ERROR_UNSUPPORTED => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    fn transform(
        &self, function: raw::gud_transform, source: &[f32], source_row: usize, result: &mut [f32], result_row: usize,
    ) -> Result<()> {
        let batch = source.len() / source_row.max(1);
        if source.len() != batch * source_row || result.len() != batch * result_row {
            return Err(Failure::internal(format!(
                "{} scalars in rows of {source_row} do not go into {} in rows of {result_row}",
                source.len(),
                result.len()
            )));
        }
        let function = function.ok_or_else(|| Failure::unsupported("the space has no transform"))?;
        asked(|error| unsafe { function(self.table.context, batch, source.as_ptr(), result.as_mut_ptr(), error) })
    }
}

/// Calls a function of the host that may fail.
fn asked(call: impl FnOnce(*mut raw::gud_error) -> raw::gud_status) -> Result<()> {
    let mut error = raw::gud_error { struct_size: size_of::<raw::gud_error>() as u32, code: 0, message: [0; 504] };
    match call(&mut error) {
        raw::GUD_OK => Ok(()),
        code => {
            error.message[503] = 0;
            Err(Failure::new(code, unsafe { text(error.message.as_ptr()) }))
        }
    }
}

// ---- Objects --------------------------------------------------------------------------------------------------------

/// What a `void *object` of the interface points to.
struct Object<T> {
    value: T,
    /// Made when the host first asks for the state; it points into `value`, which neither moves nor changes.
    state: OnceLock<Kept>,
}

struct Kept {
    arrays: Vec<raw::gud_array>,
    _names: Vec<CString>,
}

// SAFETY: pointers to the immutable memory of the object beside it.
unsafe impl Send for Kept {}
unsafe impl Sync for Kept {}

impl Kept {
    fn new(state: Vec<Array>) -> Result<Self> {
        let (mut arrays, mut names) = (Vec::new(), Vec::new());
        for array in state {
            let (kind, data, count) = match array.values {
                Values::Float(values) => (raw::GUD_ARRAY_FLOAT, values.as_ptr().cast::<c_void>(), values.len()),
                Values::Double(values) => (raw::GUD_ARRAY_DOUBLE, values.as_ptr().cast::<c_void>(), values.len()),
                Values::Int64(values) => (raw::GUD_ARRAY_INT64, values.as_ptr().cast::<c_void>(), values.len()),
            };
            if array.axes.len() > 4 || array.axes.iter().product::<usize>() != count {
                let name = array.name.to_string_lossy();
                return Err(Failure::internal(format!("'{name}' holds {count} values, its axes are {:?}", array.axes)));
            }
            let mut axes = [0; 4];
            for (place, axis) in axes.iter_mut().zip(&array.axes) {
                *place = *axis as u64;
            }
            let name = array.name.to_owned();
            let rank = array.axes.len() as u32;
            arrays.push(raw::gud_array { name: name.as_ptr(), r#type: kind, rank, axes, data });
            names.push(name);
        }
        Ok(Kept { arrays, _names: names })
    }
}

impl<T> Object<T> {
    unsafe fn at<'a>(pointer: *mut c_void) -> Result<&'a Self> {
        unsafe { pointer.cast::<Self>().as_ref() }.ok_or_else(|| Failure::internal("the host passed no object"))
    }

    unsafe fn create(
        place: *mut *mut c_void, error: *mut raw::gud_error, make: impl FnOnce() -> Result<T>,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let object = Box::new(Object { value: make()?, state: OnceLock::new() });
                *place = Box::into_raw(object).cast();
                Ok(())
            })
        }
    }

    unsafe extern "C" fn destroy(pointer: *mut c_void) {
        if !pointer.is_null() {
            let _ = caught(|| {
                drop(unsafe { Box::from_raw(pointer.cast::<Self>()) });
                Ok(())
            });
        }
    }

    unsafe fn state(
        pointer: *mut c_void, arrays: *mut *const raw::gud_array, count: *mut usize, error: *mut raw::gud_error,
        list: impl FnOnce(&'static T) -> Vec<Array<'static>>,
    ) -> raw::gud_status
    where
        T: 'static,
    {
        unsafe {
            guard(error, || {
                let object: &'static Self = Self::at(pointer)?;
                let kept = match object.state.get() {
                    Some(kept) => kept,
                    None => {
                        let kept = Kept::new(list(&object.value))?;
                        object.state.get_or_init(|| kept)
                    }
                };
                *arrays = kept.arrays.as_ptr();
                *count = kept.arrays.len();
                Ok(())
            })
        }
    }
}

/// Writes the labels of an order, where there are any.
unsafe fn write_labels(order: u32, labels: Option<Vec<f64>>, components: usize, place: *mut f64) -> Result<()> {
    let labels = labels.ok_or_else(|| Failure::unsupported(format!("it has no labels of order {order}")))?;
    if labels.len() != components {
        return Err(Failure::internal(format!("it has {} labels for {components} components", labels.len())));
    }
    unsafe { slice_mut(place, components)? }.copy_from_slice(&labels);
    Ok(())
}

// ---- Bases ----------------------------------------------------------------------------------------------------------

/// What a basis may draw on while it is made.
pub struct BasisContext<'a> {
    /// The shape of one sample.
    pub shape: Shape,
    /// Mean-free samples, row-major `[count, D]`, for bases that are fitted.
    pub fitting: Option<&'a [f32]>,
    /// What [`Basis::state`] once gave; it takes precedence over `fitting`.
    pub state: Option<Vec<Array<'a>>>,
}

/// A linear, orthonormal change of coordinates, `c = U x` with `U Uᵀ = 1`.
///
/// It never whitens and never removes a mean. Each sample's result depends, in every bit, on that sample alone.
pub trait Basis: Sized + Send + Sync + 'static {
    /// Whether a checkpoint must keep [`state`](Self::state).
    const FITTED: bool = false;
    /// Makes a basis; [`Failure::shape`] where it cannot take samples of the shape.
    fn create(context: &BasisContext, parameters: &Parameters) -> Result<Self>;
    /// *D*, the number of scalars in a sample.
    fn dimension(&self) -> usize;
    /// *K*, from 1 to *D*.
    fn components(&self) -> usize;
    /// Writes `c = U x`, from `[batch, D]` to `[batch, K]`.
    fn forward(&self, samples: &[f32], coefficients: &mut [f32]) -> Result<()>;
    /// Writes `x = Uᵀ c`, from `[batch, K]` to `[batch, D]`.
    fn inverse(&self, coefficients: &[f32], samples: &mut [f32]) -> Result<()>;
    /// One label for each component, or `None`.
    fn labels(&self, _order: Order) -> Option<Vec<f64>> {
        None
    }
    /// What a checkpoint must keep.
    fn state(&self) -> Vec<Array<'_>> {
        Vec::new()
    }
}

struct BasisTable<B>(PhantomData<B>);

impl<B: Basis> BasisTable<B> {
    const TABLE: &'static raw::gud_basis_table = &raw::gud_basis_table {
        struct_size: size_of::<raw::gud_basis_table>() as u32,
        reserved: 0,
        create: Some(Self::create),
        destroy: Some(Object::<B>::destroy),
        info: Some(Self::info),
        forward: Some(Self::forward),
        inverse: Some(Self::inverse),
        labels: Some(Self::labels),
        state: if B::FITTED { Some(Self::state) } else { None },
    };

    unsafe extern "C" fn create(
        _factory: *mut c_void, context: *const raw::gud_basis_context, parameters: *const raw::gud_parameters,
        object: *mut *mut c_void, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            Object::<B>::create(object, error, || {
                let context = read(context)?;
                let shape = Shape::new(context.rank, context.axes)?;
                let count = counted(&[context.fitting_count as u64, shape.dimension() as u64])?;
                let fitting = if context.fitting.is_null() { None } else { Some(slice(context.fitting, count)?) };
                let state = Array::read_all(context.state, context.state_count)?;
                B::create(&BasisContext { shape, fitting, state }, &Parameters::new(parameters)?)
            })
        }
    }

    unsafe extern "C" fn info(
        object: *mut c_void, info: *mut raw::gud_basis_info, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let basis = &Object::<B>::at(object)?.value;
                (*info).struct_size = size_of::<raw::gud_basis_info>() as u32;
                (*info).flags = if B::FITTED { raw::GUD_BASIS_FITTED } else { 0 };
                (*info).dimension = basis.dimension() as u64;
                (*info).components = basis.components() as u64;
                Ok(())
            })
        }
    }

    unsafe extern "C" fn forward(
        object: *mut c_void, batch: usize, samples: *const f32, coefficients: *mut f32, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let basis = &Object::<B>::at(object)?.value;
                let (from, to) = Self::counts(batch, basis.dimension(), basis.components())?;
                basis.forward(slice(samples, from)?, slice_mut(coefficients, to)?)
            })
        }
    }

    unsafe extern "C" fn inverse(
        object: *mut c_void, batch: usize, coefficients: *const f32, samples: *mut f32, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let basis = &Object::<B>::at(object)?.value;
                let (from, to) = Self::counts(batch, basis.components(), basis.dimension())?;
                basis.inverse(slice(coefficients, from)?, slice_mut(samples, to)?)
            })
        }
    }

    unsafe extern "C" fn labels(
        object: *mut c_void, order: u32, labels: *mut f64, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let basis = &Object::<B>::at(object)?.value;
                write_labels(order, basis.labels(Order::new(order)?), basis.components(), labels)
            })
        }
    }

    unsafe extern "C" fn state(
        object: *mut c_void, arrays: *mut *const raw::gud_array, count: *mut usize, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe { Object::<B>::state(object, arrays, count, error, B::state) }
    }

    fn counts(batch: usize, from: usize, to: usize) -> Result<(usize, usize)> {
        Ok((counted(&[batch as u64, from as u64])?, counted(&[batch as u64, to as u64])?))
    }
}

// ---- Noise schedules ------------------------------------------------------------------------------------------------

/// What a schedule may draw on while it is made.
pub struct ScheduleContext<'a> {
    /// `[K]`, of the whitened components, positive.
    pub variances: &'a [f64],
    /// `[K]`, before whitening, positive.
    pub data_variances: &'a [f64],
    labels: [Option<&'a [f64]>; 4],
}

impl<'a> ScheduleContext<'a> {
    /// The natural labels of an order, `[K]`, or `None` where the basis has none.
    pub fn labels(&self, order: Order) -> Option<&'a [f64]> {
        self.labels[order as usize]
    }
}

/// How fast each component is noised: γ, finite and never decreasing in t, and its derivative.
pub trait Schedule: Sized + Send + Sync + 'static {
    /// Whether it stands for a range of schedules that [`member`](Self::member) gives.
    const FAMILY: bool = false;
    /// Makes a schedule.
    fn create(context: &ScheduleContext, parameters: &Parameters) -> Result<Self>;
    /// *K*.
    fn components(&self) -> usize;
    /// Writes γ of every component; `time` is in [0, 1].
    fn gamma(&self, time: f64, gamma: &mut [f64]);
    /// Writes the derivative of γ by time.
    fn gamma_rate(&self, time: f64, rate: &mut [f64]);
    /// The schedule at a position in [0, 1).
    fn member(&self, _position: f64) -> Result<Self> {
        Err(Failure::unsupported("the schedule is not a family"))
    }
}

struct ScheduleTable<S>(PhantomData<S>);

impl<S: Schedule> ScheduleTable<S> {
    const TABLE: &'static raw::gud_schedule_table = &raw::gud_schedule_table {
        struct_size: size_of::<raw::gud_schedule_table>() as u32,
        reserved: 0,
        create: Some(Self::create),
        destroy: Some(Object::<S>::destroy),
        info: Some(Self::info),
        gamma: Some(Self::gamma),
        member: if S::FAMILY { Some(Self::member) } else { None },
    };

    unsafe extern "C" fn create(
        _factory: *mut c_void, context: *const raw::gud_schedule_context, parameters: *const raw::gud_parameters,
        object: *mut *mut c_void, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            Object::<S>::create(object, error, || {
                let context = read(context)?;
                let count = counted(&[context.components])?;
                let orders = (context.label_count as usize).min(Order::ALL.len());
                let mut labels = [None; 4];
                for (place, pointer) in labels.iter_mut().zip(slice(context.labels, orders)?) {
                    *place = if pointer.is_null() { None } else { Some(slice(*pointer, count)?) };
                }
                let variances = slice(context.variances, count)?;
                let data_variances = slice(context.data_variances, count)?;
                S::create(&ScheduleContext { variances, data_variances, labels }, &Parameters::new(parameters)?)
            })
        }
    }

    unsafe extern "C" fn info(
        object: *mut c_void, info: *mut raw::gud_schedule_info, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                (*info).struct_size = size_of::<raw::gud_schedule_info>() as u32;
                (*info).flags = if S::FAMILY { raw::GUD_SCHEDULE_FAMILY } else { 0 };
                (*info).components = Object::<S>::at(object)?.value.components() as u64;
                Ok(())
            })
        }
    }

    unsafe extern "C" fn gamma(
        object: *mut c_void, times: *const f64, count: usize, gamma: *mut f64, rate: *mut f64,
        error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let schedule = &Object::<S>::at(object)?.value;
                let width = schedule.components();
                let total = counted(&[count as u64, width as u64])?;
                let times = slice(times, count)?;
                if let Some(time) = times.iter().find(|time| !(0.0..=1.0).contains(*time)) {
                    return Err(Failure::argument(format!("time {time} is outside [0, 1]")));
                }
                if !gamma.is_null() {
                    for (time, row) in times.iter().zip(slice_mut(gamma, total)?.chunks_exact_mut(width.max(1))) {
                        schedule.gamma(*time, row);
                    }
                }
                if !rate.is_null() {
                    for (time, row) in times.iter().zip(slice_mut(rate, total)?.chunks_exact_mut(width.max(1))) {
                        schedule.gamma_rate(*time, row);
                    }
                }
                Ok(())
            })
        }
    }

    unsafe extern "C" fn member(
        object: *mut c_void, position: f64, member: *mut *mut c_void, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            Object::<S>::create(member, error, || {
                if !(0.0..1.0).contains(&position) {
                    return Err(Failure::argument(format!("position {position} is outside [0, 1)")));
                }
                Object::<S>::at(object)?.value.member(position)
            })
        }
    }
}

// ---- Denoisers ------------------------------------------------------------------------------------------------------

/// What a denoiser may draw on while it is made.
pub struct DenoiserContext<'a> {
    /// The space in which it lives; see [`Space::kept`].
    pub space: Space<'a>,
    /// z of the training data, row-major `[count, K]`.
    pub fitting: Option<&'a [f32]>,
    /// What [`Denoiser::state`] once gave; it takes precedence over `fitting`.
    pub state: Option<Vec<Array<'a>>>,
    /// The width of the conditions that it will be given; 0 for none.
    pub embedding_width: usize,
    /// The seed of the run.
    pub seed: u64,
    /// `cpu` or `cuda:0`; may be ignored.
    pub device: &'a str,
}

/// Where the noising of one sample has got to; `[K]` each.
#[derive(Clone, Copy, Debug)]
pub struct NoisingState<'a> {
    pub time: f64,
    pub gamma: &'a [f64],
    pub gamma_rate: &'a [f64],
    pub alpha: &'a [f64],
    pub sigma: &'a [f64],
}

/// A batch to be denoised.
pub struct Call<'a> {
    /// The number of samples.
    pub batch: usize,
    /// z(t), row-major `[batch, K]`.
    pub noised: &'a [f32],
    /// One state for all samples, or one for each.
    pub states: Vec<NoisingState<'a>>,
    /// `[batch, embedding_width]`, or `None`.
    pub embeddings: Option<&'a [f32]>,
}

impl<'a> Call<'a> {
    /// The noising state of a sample.
    pub fn state(&self, sample: usize) -> &NoisingState<'a> {
        &self.states[if self.states.len() == 1 { 0 } else { sample }]
    }

    unsafe fn new(call: &raw::gud_denoiser_call, components: usize, embedding_width: usize) -> Result<Self> {
        let count = counted(&[call.batch as u64, components as u64])?;
        let embedded = counted(&[call.batch as u64, embedding_width as u64])?;
        if call.state_count != 1 && call.state_count != call.batch {
            let (states, batch) = (call.state_count, call.batch);
            return Err(Failure::internal(format!("the host passed {states} states for {batch} samples")));
        }
        let mut states = Vec::with_capacity(call.state_count);
        unsafe {
            for pointer in slice(call.states, call.state_count)? {
                let state = read(*pointer)?;
                states.push(NoisingState {
                    time: state.time,
                    gamma: slice(state.gamma, components)?,
                    gamma_rate: slice(state.gamma_rate, components)?,
                    alpha: slice(state.alpha, components)?,
                    sigma: slice(state.sigma, components)?,
                });
            }
            let embeddings = if call.embeddings.is_null() { None } else { Some(slice(call.embeddings, embedded)?) };
            Ok(Call { batch: call.batch, noised: slice(call.noised, count)?, states, embeddings })
        }
    }
}

/// Estimates the noise in noised components, `E[ε | z]`.
pub trait Denoiser: Sized + Send + Sync + 'static {
    /// Whether a checkpoint must keep [`state`](Self::state).
    const FITTED: bool = false;
    /// Whether [`pull_back`](Self::pull_back) is there.
    const DIFFERENTIABLE: bool = false;
    /// Makes a denoiser; [`Failure::needs_data`] where it is fitted, and there are neither data nor state.
    fn create(context: &DenoiserContext, parameters: &Parameters) -> Result<Self>;
    /// *K*.
    fn components(&self) -> usize;
    /// The width of the conditions that it takes; 0 for none.
    fn embedding_width(&self) -> usize {
        0
    }
    /// Writes the noise, row-major `[batch, K]`.
    fn predict_noise(&self, call: &Call, noise: &mut [f32]) -> Result<()>;
    /// Writes the noise, and the products `(∂noise/∂noised)ᵀ w` with the cotangents *w*.
    fn pull_back(&self, _call: &Call, _cotangents: &[f32], _noise: &mut [f32], _products: &mut [f32]) -> Result<()> {
        Err(Failure::unsupported("the denoiser does not differentiate itself"))
    }
    /// What a checkpoint must keep.
    fn state(&self) -> Vec<Array<'_>> {
        Vec::new()
    }
}

struct DenoiserTable<D>(PhantomData<D>);

impl<D: Denoiser> DenoiserTable<D> {
    const TABLE: &'static raw::gud_denoiser_table = &raw::gud_denoiser_table {
        struct_size: size_of::<raw::gud_denoiser_table>() as u32,
        reserved: 0,
        create: Some(Self::create),
        destroy: Some(Object::<D>::destroy),
        info: Some(Self::info),
        predict_noise: Some(Self::predict_noise),
        pull_back: if D::DIFFERENTIABLE { Some(Self::pull_back) } else { None },
        state: if D::FITTED { Some(Self::state) } else { None },
    };

    unsafe extern "C" fn create(
        _factory: *mut c_void, context: *const raw::gud_denoiser_context, parameters: *const raw::gud_parameters,
        object: *mut *mut c_void, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            Object::<D>::create(object, error, || {
                let context = read(context)?;
                let space = Space::new(context.space)?;
                let count = counted(&[context.fitting_count as u64, space.components as u64])?;
                let context = DenoiserContext {
                    space,
                    fitting: if context.fitting.is_null() { None } else { Some(slice(context.fitting, count)?) },
                    state: Array::read_all(context.state, context.state_count)?,
                    embedding_width: counted(&[context.embedding_width])?,
                    seed: context.seed,
                    device: text(context.device),
                };
                D::create(&context, &Parameters::new(parameters)?)
            })
        }
    }

    unsafe extern "C" fn info(
        object: *mut c_void, info: *mut raw::gud_denoiser_info, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let denoiser = &Object::<D>::at(object)?.value;
                let fitted = if D::FITTED { raw::GUD_DENOISER_FITTED } else { 0 };
                let differentiable = if D::DIFFERENTIABLE { raw::GUD_DENOISER_DIFFERENTIABLE } else { 0 };
                (*info).struct_size = size_of::<raw::gud_denoiser_info>() as u32;
                (*info).flags = fitted | differentiable;
                (*info).components = denoiser.components() as u64;
                (*info).embedding_width = denoiser.embedding_width() as u64;
                Ok(())
            })
        }
    }

    unsafe extern "C" fn predict_noise(
        object: *mut c_void, call: *const raw::gud_denoiser_call, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let denoiser = &Object::<D>::at(object)?.value;
                let table = read(call)?;
                let call = Call::new(&table, denoiser.components(), denoiser.embedding_width())?;
                denoiser.predict_noise(&call, slice_mut(table.noise, call.noised.len())?)
            })
        }
    }

    unsafe extern "C" fn pull_back(
        object: *mut c_void, call: *const raw::gud_denoiser_call, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let denoiser = &Object::<D>::at(object)?.value;
                let table = read(call)?;
                let call = Call::new(&table, denoiser.components(), denoiser.embedding_width())?;
                let count = call.noised.len();
                let cotangents = slice(table.cotangents, count)?;
                denoiser.pull_back(&call, cotangents, slice_mut(table.noise, count)?, slice_mut(table.products, count)?)
            })
        }
    }

    unsafe extern "C" fn state(
        object: *mut c_void, arrays: *mut *const raw::gud_array, count: *mut usize, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe { Object::<D>::state(object, arrays, count, error, D::state) }
    }
}

// ---- Conditioners ---------------------------------------------------------------------------------------------------

/// What somebody asks of a sampler.
pub struct Request<'a> {
    /// The class wanted, counted from 0.
    pub class_index: Option<u64>,
    /// How strongly to follow it; 1 is the plain conditional model.
    pub guidance: f64,
    /// `[D]` in data units, where anything was observed.
    pub observed: Option<&'a [f32]>,
    /// `[D]`: 1 where a value is known, else 0; `None` where all of `observed` is.
    pub observed_mask: Option<&'a [u8]>,
    /// The space to answer in.
    pub space: Space<'a>,
}

/// What a conditioner makes of a request; the default constrains nothing.
#[derive(Clone, Debug, Default)]
pub struct Condition {
    /// How strongly to follow the embedding; as in the request where `None`.
    pub guidance: Option<f64>,
    /// `[embedding_width]`.
    pub embedding: Option<Vec<f32>>,
    /// For each component its z where it is held at a known value.
    pub given: Option<Vec<Option<f32>>>,
}

/// Turns a request into an embedding for the denoiser, components that are given, or both.
pub trait Conditioner: Sized + Send + Sync + 'static {
    /// Makes a conditioner; `class_count` is 0 for data without labels.
    fn create(class_count: u64, parameters: &Parameters) -> Result<Self>;
    /// The width of the embeddings that it makes; 0 for none.
    fn embedding_width(&self) -> usize {
        0
    }
    /// How often training leaves the condition out, in [0, 1].
    fn drop_probability(&self) -> f64 {
        0.0
    }
    /// [`Failure::argument`] where the request asks for what the conditioner has not got.
    fn condition(&self, request: &Request) -> Result<Condition>;
}

struct ConditionerTable<C>(PhantomData<C>);

impl<C: Conditioner> ConditionerTable<C> {
    const TABLE: &'static raw::gud_conditioner_table = &raw::gud_conditioner_table {
        struct_size: size_of::<raw::gud_conditioner_table>() as u32,
        reserved: 0,
        create: Some(Self::create),
        destroy: Some(Object::<C>::destroy),
        info: Some(Self::info),
        condition: Some(Self::condition),
    };

    unsafe extern "C" fn create(
        _factory: *mut c_void, context: *const raw::gud_conditioner_context, parameters: *const raw::gud_parameters,
        object: *mut *mut c_void, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            Object::<C>::create(object, error, || C::create(read(context)?.class_count, &Parameters::new(parameters)?))
        }
    }

    unsafe extern "C" fn info(
        object: *mut c_void, info: *mut raw::gud_conditioner_info, error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let conditioner = &Object::<C>::at(object)?.value;
                (*info).struct_size = size_of::<raw::gud_conditioner_info>() as u32;
                (*info).flags = 0;
                (*info).embedding_width = conditioner.embedding_width() as u64;
                (*info).drop_probability = conditioner.drop_probability();
                Ok(())
            })
        }
    }

    unsafe extern "C" fn condition(
        object: *mut c_void, request: *const raw::gud_condition_request, condition: *mut raw::gud_condition,
        error: *mut raw::gud_error,
    ) -> raw::gud_status {
        unsafe {
            guard(error, || {
                let conditioner = &Object::<C>::at(object)?.value;
                let request = read(request)?;
                let space = Space::new(request.space)?;
                let dimension = space.shape.dimension();
                let observed =
                    if request.observed.is_null() { None } else { Some(slice(request.observed, dimension)?) };
                let mask = request.observed_mask;
                let answer = conditioner.condition(&Request {
                    class_index: u64::try_from(request.class_index).ok(),
                    guidance: request.guidance,
                    observed,
                    observed_mask: if mask.is_null() { None } else { Some(slice(mask, dimension)?) },
                    space,
                })?;
                Self::write(&answer, conditioner.embedding_width(), space.components, &mut *condition)
            })
        }
    }

    unsafe fn write(answer: &Condition, width: usize, components: usize, place: &mut raw::gud_condition) -> Result<()> {
        place.flags = 0;
        if let Some(guidance) = answer.guidance {
            place.guidance = guidance;
        }
        if let Some(embedding) = &answer.embedding {
            if embedding.len() != width {
                return Err(Failure::internal(format!("the embedding is {} wide instead of {width}", embedding.len())));
            }
            unsafe { slice_mut(place.embedding, width)? }.copy_from_slice(embedding);
            place.flags |= raw::GUD_CONDITION_EMBEDDING;
        }
        if let Some(given) = &answer.given {
            if given.len() != components {
                return Err(Failure::internal(format!("{} components are given of {components}", given.len())));
            }
            let (flags, values) =
                unsafe { (slice_mut(place.given, components)?, slice_mut(place.given_values, components)?) };
            for (index, value) in given.iter().enumerate() {
                flags[index] = value.is_some() as u8;
                values[index] = value.unwrap_or(0.0);
            }
            place.flags |= raw::GUD_CONDITION_GIVEN;
        }
        Ok(())
    }
}

// ---- Components and the entry ---------------------------------------------------------------------------------------

/// How calls on a component's objects may meet. The traits are `Sync`, so that most are concurrent.
#[derive(Clone, Copy, Debug)]
pub enum Threads {
    /// Any number of calls on one object at once.
    Concurrent = raw::GUD_THREADS_CONCURRENT as isize,
    /// One call at a time on each object.
    Object = raw::GUD_THREADS_OBJECT as isize,
    /// One call at a time in the whole plugin.
    Plugin = raw::GUD_THREADS_PLUGIN as isize,
}

/// A component of a plugin: a name, one sentence for people, the parameters in JSON (see `gud_plugin.h`), and a type.
#[repr(transparent)]
pub struct Component(raw::gud_component);

// SAFETY: everything that it points to is immutable and lives as long as the process.
unsafe impl Sync for Component {}

impl Component {
    /// A basis.
    pub const fn basis<B: Basis>(
        name: &'static CStr, summary: &'static CStr, parameters: Option<&'static CStr>,
    ) -> Self {
        let table = BasisTable::<B>::TABLE as *const raw::gud_basis_table;
        Self::new(raw::GUD_KIND_BASIS, name, summary, parameters, table.cast())
    }

    /// A noise schedule.
    pub const fn schedule<S: Schedule>(
        name: &'static CStr, summary: &'static CStr, parameters: Option<&'static CStr>,
    ) -> Self {
        let table = ScheduleTable::<S>::TABLE as *const raw::gud_schedule_table;
        Self::new(raw::GUD_KIND_SCHEDULE, name, summary, parameters, table.cast())
    }

    /// A denoiser.
    pub const fn denoiser<D: Denoiser>(
        name: &'static CStr, summary: &'static CStr, parameters: Option<&'static CStr>,
    ) -> Self {
        let table = DenoiserTable::<D>::TABLE as *const raw::gud_denoiser_table;
        Self::new(raw::GUD_KIND_DENOISER, name, summary, parameters, table.cast())
    }

    /// A conditioner.
    pub const fn conditioner<C: Conditioner>(
        name: &'static CStr, summary: &'static CStr, parameters: Option<&'static CStr>,
    ) -> Self {
        let table = ConditionerTable::<C>::TABLE as *const raw::gud_conditioner_table;
        Self::new(raw::GUD_KIND_CONDITIONER, name, summary, parameters, table.cast())
    }

    /// The same component, its calls kept apart.
    pub const fn threads(mut self, threads: Threads) -> Self {
        self.0.threads = threads as u32;
        self
    }

    const fn new(
        kind: u32, name: &'static CStr, summary: &'static CStr, parameters: Option<&'static CStr>, table: *const c_void,
    ) -> Self {
        Component(raw::gud_component {
            struct_size: size_of::<raw::gud_component>() as u32,
            kind,
            threads: raw::GUD_THREADS_CONCURRENT,
            reserved: 0,
            name: name.as_ptr(),
            summary: summary.as_ptr(),
            parameters: match parameters {
                Some(parameters) => parameters.as_ptr(),
                None => std::ptr::null(),
            },
            factory: std::ptr::null_mut(),
            table,
        })
    }
}

/// What the entry points to; made by [`export!`](macro@crate::export).
#[repr(transparent)]
pub struct Plugin(raw::gud_plugin);

// SAFETY: as Component.
unsafe impl Sync for Plugin {}

impl Plugin {
    /// A plugin of components.
    pub const fn new(
        id: &'static CStr, version: &'static CStr, license: &'static CStr, components: &'static [&'static Component],
    ) -> Self {
        Plugin(raw::gud_plugin {
            struct_size: size_of::<raw::gud_plugin>() as u32,
            abi_major: raw::GUD_ABI_MAJOR,
            abi_minor: raw::GUD_ABI_MINOR,
            id: id.as_ptr(),
            version: version.as_ptr(),
            license: license.as_ptr(),
            toolkit: c"rust".as_ptr(),
            components: components.as_ptr().cast(),
            component_count: components.len() as u32,
            reserved: 0,
        })
    }
}

/// The body of `gud_plugin_entry`.
///
/// # Safety
/// As the interface says of the entry: a host's table that lives as long as the process, and room for a pointer.
pub unsafe fn enter(
    plugin: &'static Plugin, host: *const raw::gud_host, place: *mut *const raw::gud_plugin, error: *mut raw::gud_error,
) -> raw::gud_status {
    unsafe {
        guard(error, || {
            let table = read(host)?;
            let needed = offset_of!(raw::gud_host, parameter_numbers) + size_of::<*const ()>();
            if table.abi_major != raw::GUD_ABI_MAJOR || (table.struct_size as usize) < needed {
                return Err(Failure::new(
                    raw::GUD_ERROR_ABI,
                    format!(
                        "the host speaks interface {}.{}, the plugin {}.{}; build the plugin against the host's header",
                        table.abi_major,
                        table.abi_minor,
                        raw::GUD_ABI_MAJOR,
                        raw::GUD_ABI_MINOR
                    ),
                ));
            }
            HOST.get_or_init(|| Host { table, plugin: CStr::from_ptr(plugin.0.id) });
            *place = &plugin.0;
            Ok(())
        })
    }
}

/// Exports a plugin: its id, version and licence, and its components. This module must be the crate's `gud_plugin`.
#[macro_export]
macro_rules! export {
    (
        id: $id:expr, version: $version:expr, license: $license:expr,
        components: [$($component:expr),+ $(,)?] $(,)?
    ) => {
        /// The one function that the library exports; see `gud_plugin.h`.
        ///
        /// # Safety
        /// Called by the host as the interface says.
        #[unsafe(no_mangle)]
        pub unsafe extern "C" fn gud_plugin_entry(
            host: *const $crate::gud_plugin::raw::gud_host, plugin: *mut *const $crate::gud_plugin::raw::gud_plugin,
            error: *mut $crate::gud_plugin::raw::gud_error,
        ) -> $crate::gud_plugin::raw::gud_status {
            static COMPONENTS: &[&$crate::gud_plugin::Component] = &[$(&$component),+];
            static PLUGIN: $crate::gud_plugin::Plugin =
                $crate::gud_plugin::Plugin::new($id, $version, $license, COMPONENTS);
            unsafe { $crate::gud_plugin::enter(&PLUGIN, host, plugin, error) }
        }
    };
}

// ---- Tests ----------------------------------------------------------------------------------------------------------

#[cfg(test)]
mod layout {
    use super::raw::*;
    use std::fmt::Write;
    use std::mem::{offset_of, size_of};

    /// Sizes and offsets, as lines of "structure size" and "structure.field offset".
    macro_rules! layout {
        ($($structure:ident $size:literal { $($field:ident $offset:literal),+ $(,)? })+) => {
            /// What this file declares.
            fn declared() -> String {
                let mut lines = String::new();
                $(
                    writeln!(lines, "{} {}", stringify!($structure), size_of::<$structure>()).unwrap();
                    $(writeln!(lines, "{}.{} {}", stringify!($structure), stringify!($field).trim_start_matches("r#"),
                        offset_of!($structure, $field)).unwrap();)+
                )+
                lines
            }

            /// What version 1.0 of the interface is on machines of 64 bits.
            fn expected() -> String {
                let mut lines = String::new();
                $(
                    writeln!(lines, "{} {}", stringify!($structure), $size).unwrap();
                    $(writeln!(lines, "{}.{} {}", stringify!($structure), stringify!($field).trim_start_matches("r#"),
                        $offset).unwrap();)+
                )+
                lines
            }

            /// A program in C that prints the same lines from the header.
            fn program() -> String {
                let mut text = String::from("#include <stdio.h>\n#include \"gud_plugin.h\"\nint main(void) {\n");
                $(
                    writeln!(text, "printf(\"{0} %zu\\n\", sizeof({0}));", stringify!($structure)).unwrap();
                    $(writeln!(text, "printf(\"{0}.{1} %zu\\n\", offsetof({0}, {1}));", stringify!($structure),
                        stringify!($field).trim_start_matches("r#")).unwrap();)+
                )+
                text + "}\n"
            }
        };
    }

    layout! {
        gud_error 512 { struct_size 0, code 4, message 8 }
        gud_array 56 { name 0, r#type 8, rank 12, axes 16, data 48 }
        gud_space 112 {
            struct_size 0, rank 4, axes 8, dimension 40, components 48, mean 56, scale 64, variances 72, context 80,
            forward 88, inverse 96, labels 104,
        }
        gud_host 96 {
            struct_size 0, abi_major 4, abi_minor 6, name 8, context 16, log 24, is_cancelled 32, parallel_for 40,
            fill_normals 48, parameter_boolean 56, parameter_integer 64, parameter_number 72, parameter_text 80,
            parameter_numbers 88,
        }
        gud_basis_context 72 {
            struct_size 0, rank 4, axes 8, fitting 40, fitting_count 48, state 56, state_count 64,
        }
        gud_basis_info 24 { struct_size 0, flags 4, dimension 8, components 16 }
        gud_basis_table 64 {
            struct_size 0, reserved 4, create 8, destroy 16, info 24, forward 32, inverse 40, labels 48, state 56,
        }
        gud_schedule_context 40 {
            struct_size 0, label_count 4, components 8, variances 16, data_variances 24, labels 32,
        }
        gud_schedule_info 16 { struct_size 0, flags 4, components 8 }
        gud_schedule_table 48 { struct_size 0, reserved 4, create 8, destroy 16, info 24, gamma 32, member 40 }
        gud_denoiser_context 72 {
            struct_size 0, reserved 4, space 8, fitting 16, fitting_count 24, state 32, state_count 40,
            embedding_width 48, seed 56, device 64,
        }
        gud_denoiser_info 24 { struct_size 0, flags 4, components 8, embedding_width 16 }
        gud_noising_state 48 { struct_size 0, reserved 4, time 8, gamma 16, gamma_rate 24, alpha 32, sigma 40 }
        gud_denoiser_call 72 {
            struct_size 0, reserved 4, batch 8, noised 16, states 24, state_count 32, embeddings 40, noise 48,
            cotangents 56, products 64,
        }
        gud_denoiser_table 56 {
            struct_size 0, reserved 4, create 8, destroy 16, info 24, predict_noise 32, pull_back 40, state 48,
        }
        gud_conditioner_context 16 { struct_size 0, reserved 4, class_count 8 }
        gud_conditioner_info 24 { struct_size 0, flags 4, embedding_width 8, drop_probability 16 }
        gud_condition_request 48 {
            struct_size 0, reserved 4, class_index 8, guidance 16, observed 24, observed_mask 32, space 40,
        }
        gud_condition 40 { struct_size 0, flags 4, guidance 8, embedding 16, given 24, given_values 32 }
        gud_conditioner_table 40 { struct_size 0, reserved 4, create 8, destroy 16, info 24, condition 32 }
        gud_component 56 {
            struct_size 0, kind 4, threads 8, reserved 12, name 16, summary 24, parameters 32, factory 40, table 48,
        }
        gud_plugin 56 {
            struct_size 0, abi_major 4, abi_minor 6, id 8, version 16, license 24, toolkit 32, components 40,
            component_count 48, reserved 52,
        }
    }

    #[test]
    fn layout_is_that_of_version_1_0() {
        assert_eq!(declared(), expected());
    }

    /// Compares with the header in the folder `GUD_INCLUDE`, where that is set and there is a C compiler.
    #[test]
    fn layout_is_that_of_the_header() {
        let Ok(include) = std::env::var("GUD_INCLUDE") else {
            eprintln!("skipped: GUD_INCLUDE does not name the folder of gud_plugin.h");
            return;
        };
        let folder = std::env::temp_dir().join(format!("gud-plugin-layout-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let (source, program) = (folder.join("layout.c"), folder.join("layout"));
        std::fs::write(&source, self::program()).unwrap();
        let compiler = std::env::var("CC").unwrap_or("cc".into());
        let compiled =
            std::process::Command::new(compiler).arg("-I").arg(include).arg(&source).arg("-o").arg(&program).status();
        let lines = compiled.map(|status| {
            assert!(status.success(), "the header does not compile, or lacks a field that is declared here");
            String::from_utf8(std::process::Command::new(&program).output().unwrap().stdout).unwrap()
        });
        std::fs::remove_dir_all(&folder).unwrap();
        match lines {
            Ok(lines) => assert_eq!(declared(), lines),
            Err(error) => eprintln!("skipped: there is no C compiler: {error}"),
        }
    }
}
