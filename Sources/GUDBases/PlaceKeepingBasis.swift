import GUDCore

/// A basis whose component at a place mixes nothing but the channels of that place.
///
/// In a composition it leaves the labels of the basis before it in force: the channels of a place share them.
public protocol PlaceKeepingBasis: Basis {}
