import GUDCore
import Stencil
