import GUDCore

/// How images grow beyond the size of a model: along which axis, by how much at a time, and how far.
///
/// The model draws windows of W lines, columns or rows. Each window after the first begins with the last W − s lines that are there already,
/// which are given, and adds s new ones.
public struct ExtensionPlan: Sendable, Equatable {
    /// When an image is finished.
    public enum Goal: Sendable, Equatable {
        /// After so many windows have been drawn, the first included where it is drawn freely.
        case windows(Int)
        /// At so many lines; the last window adds no more than what is missing.
        case size(Int)
    }

    /// The axis along which images grow.
    public var axis: ImageAxis
    /// New lines per window, *s*; `nil` for half a window.
    public var step: Int?
    /// When an image is finished.
    public var goal: Goal

    /// A plan.
    public init(_ axis: ImageAxis = .columns, by step: Int? = nil, until goal: Goal = .windows(10)) {
        self.axis = axis
        self.step = step
        self.goal = goal
    }

    /// The windows that a model of a shape draws, in order.
    ///
    /// - Parameters:
    ///   - shape: The shape of a window.
    ///   - beginning: How many lines are there before the first; 0 where the first is drawn freely.
    /// - Throws: ``ExtensionError`` where the plan makes no sense for this shape or beginning.
    func windows(of shape: SampleShape, beginning: Int) throws(ExtensionError) -> [Window] {
        guard case .image(let height, let width, _) = shape else { throw .vector(shape) }
        let size = axis == .columns ? width : height
        let step = step ?? max(1, size / 2)
        guard step > 0, step < size else { throw .step(step, window: size, axis) }
        switch goal {
        case .windows(let count) where count < 1: throw .windows(count)
        case .size(let goal) where goal <= beginning: throw .nothingNew(size: goal, beginning: beginning, axis)
        case .size(let goal) where goal < size: throw .size(goal, window: size, axis)
        default: break
        }
        let length = length(window: size, step: step, beginning: beginning)
        guard let length, length <= Self.longest else { throw .tooLong(length, axis) }
        return windows(window: size, step: step, beginning: beginning)
    }

    /// The most lines of an image: more than any file of it could hold.
    static let longest = 1 << 24

    /// How many windows a model of a shape draws.
    ///
    /// - Parameter beginning: How many lines are there before the first; 0 where the first is drawn freely.
    /// - Throws: ``ExtensionError`` where the plan makes no sense for this shape or beginning.
    public func windowCount(of shape: SampleShape, beginning: Int = 0) throws(ExtensionError) -> Int {
        try windows(of: shape, beginning: beginning).count
    }

    /// How many lines an image will have, at most; `nil` where no number that could be held says it.
    private func length(window size: Int, step: Int, beginning: Int) -> Int? {
        switch goal {
        case .size(let goal): goal
        case .windows(let count): count > Self.longest ? nil : max(beginning, size) + count * step
        }
    }

    private func windows(window size: Int, step: Int, beginning: Int) -> [Window] {
        var (windows, length) = ([Window](), beginning)
        while !isReached(length: length, windows: windows.count) {
            var new = length < size ? size - length : step
            if case .size(let goal) = goal { new = min(new, goal - length) }
            windows.append(Window(given: size - new, new: new, start: length))
            length += new
        }
        return windows
    }

    private func isReached(length: Int, windows: Int) -> Bool {
        switch goal {
        case .windows(let count): windows >= count
        case .size(let size): length >= size
        }
    }

    /// One window of a plan.
    struct Window: Equatable {
        /// Lines that are there already.
        let given: Int
        /// Lines that are drawn.
        let new: Int
        /// The line of the image at which the new ones begin.
        let start: Int
    }
}

/// Why images cannot be extended as asked.
public enum ExtensionError: GUDError, Equatable {
    /// Vectors have no columns or rows.
    case vector(SampleShape)
    /// The new lines per window are none, or leave nothing that is given.
    case step(Int, window: Int, ImageAxis)
    /// No windows are asked for.
    case windows(Int)
    /// The image is to be smaller than a window.
    case size(Int, window: Int, ImageAxis)
    /// The image is to be larger than can be held.
    case tooLong(Int?, ImageAxis)
    /// All strips together are larger than can be held.
    case tooMany(strips: Int, size: Int, limit: Int, ImageAxis)
    /// The beginning is as large as the image is to be.
    case nothingNew(size: Int, beginning: Int, ImageAxis)
    /// The beginning does not fit to the model's windows.
    case beginning(String, SampleShape, window: SampleShape, ImageAxis)
    /// There are other numbers of beginnings than 1 or that of the strips.
    case beginnings(Int, strips: Int)
    /// A number of the beginning is not finite.
    case notFinite(Float, beginning: Int)
    /// A strip's number is too large, or there are none.
    case strips(Range<Int>)
    /// The request has an observation of its own.
    case observation
    /// A file holds something else than images.
    case axes(String, [Int])

    /// The text of the message.
    public var description: String {
        switch self {
        case .vector(let shape):
            "samples of shape \(shape) have no columns or rows to add; extension is for models of images"
        case .step(let step, let window, let axis):
            "\(step) new \(axis.rawValue) per window: a window has \(window), of which at least one is new and at least one given; "
                + "choose 1 to \(window - 1)"
        case .windows(let count): "\(count) windows were asked for; draw at least one"
        case .size(let size, let window, let axis):
            "an image of \(size) \(axis.rawValue) is smaller than one window, which has \(window); choose \(window) or more"
        case .tooLong(let length, let axis):
            (length.map { "an image of \($0) \(axis.rawValue) is" } ?? "that many windows are")
                + " more than can be held; ask for at most \(ExtensionPlan.longest) \(axis.rawValue)"
        case .tooMany(let strips, let size, let limit, let axis):
            "\(strips) strips of \(size) \(axis.rawValue) are more than this machine's memory holds; "
                + (limit > 0 ? "draw at most \(limit) of them at once, or shorter ones" : "draw shorter ones")
        case .nothingNew(let size, let beginning, let axis):
            "the beginning has \(beginning) \(axis.rawValue) already, and \(size) were asked for: nothing new is to be drawn; "
                + "choose more than \(beginning)"
        case .beginning(let name, let shape, let window, let axis):
            "\(name) is of shape \(shape), which does not fit to windows of \(window): along the \(axis.rawValue) it may have any "
                + "length, but \(axis == .columns ? "height" : "width") and channels must be the same"
        case .beginnings(let count, let strips):
            "there are \(count) beginnings for \(strips) strips; give one for all, or one for each"
        case .notFinite(let value, let beginning):
            "beginning \(beginning) holds \(value); only finite numbers can be continued"
        case .strips(let range):
            "strips \(range.lowerBound) to \(range.upperBound - 1) were asked for; they are numbered from 0 to "
                + "\(ExtensionPlan.strideOfWindows - 1), and at least one is drawn"
        case .observation:
            "an extension gives the lines that are there already, and takes no further observation; leave it out"
        case .axes(let path, let axes):
            "\(path): holds an array of \(axes.map(String.init).joined(separator: "×")); a beginning is [height, width], "
                + "[height, width, channels] or [strips, height, width, channels]"
        }
    }

    /// The request's mistake.
    public var blame: Blame { .request }
}
