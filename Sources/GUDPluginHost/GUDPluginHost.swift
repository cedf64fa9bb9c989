import GUDCore
