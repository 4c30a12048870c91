/// How long drawing takes, guessed from what a message says: whether it is worth a thread of its
/// own.
#pragma once

#include "wire/display.h"
#include <sumac/time.h>

#include <optional>

namespace sumac::client {

/// To decode it alone.
Duration decoding_cost(const wire::Image& image);

/// To draw it, with its image. Nothing for what may take long whatever its size, or is not worth a
/// guess.
std::optional<Duration> drawing_cost(const wire::DisplayMessage& message);

} // namespace sumac::client
