/// Sound that is not compressed, as it is on the wire: 16 bits each, little-endian, interleaved.
#pragma once

#include "audio/sound.h"
#include "base/reader.h"

namespace sumac::audio {

/// A packet with more than this is refused; servers send 10 ms.
inline constexpr Duration max_raw_packet{1'000'000};

/// One packet's samples.
Result<Samples> raw_samples(Bytes data, Format format);

} // namespace sumac::audio
