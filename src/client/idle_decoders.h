/// Decoders of finished streams, kept for the next ones; of codecs whose frames are independent.
/// Net thread only.
#pragma once

#include "video/decoder.h"

#include <deque>
#include <memory>

namespace sumac::client {

/// So many are kept: a desktop without a QXL driver has dozens of small streams that come and go.
inline constexpr std::size_t max_idle_decoders = 8;

class IdleDecoders {
public:
    explicit IdleDecoders(video::DecoderParts parts) : parts_(std::move(parts)) {}
    /// One that was put there, or a new one. Null: we have none for this codec.
    std::shared_ptr<video::Decoder> take(std::uint8_t codec);
    void put(std::uint8_t codec, std::shared_ptr<video::Decoder> decoder);

private:
    video::DecoderParts parts_;
    std::deque<std::pair<std::uint8_t, std::shared_ptr<video::Decoder>>> idle_; ///< by codec
};

} // namespace sumac::client
