/// How far pictures of a session are decoded ahead of the time at which they are shown. Compressed
/// they wait at a hundredth of the size, so not further than keeps the decoders busy.
#pragma once

#include "base/ids.h"

#include <cstddef>
#include <cstdint>
#include <map>

namespace sumac::client {

/// Pictures that are decoded, or being decoded, and not due yet. Thirty of full HD. One picture is
/// always allowed, whatever its size.
inline constexpr std::size_t max_decoded_ahead_bytes = std::size_t{256} << 20U;
/// Within that bound a stream has two that are not seen yet: one that waits, and one that the
/// decoder makes meanwhile. More only while those of the session take no more than this, about
/// two of full HD.
inline constexpr std::size_t eager_bytes = std::size_t{16} << 20U;
inline constexpr std::ptrdiff_t eager_pictures = 2;
/// However small they are.
inline constexpr std::size_t max_pictures = 256;

class DecodingAhead {
public:
    enum class Pace {
        eager,   ///< as far as pays
        hurried, ///< as far as may be: something waits until these pictures are shown
    };
    /// Whether the stream may have one more picture, of so many bytes.
    bool has_room(StreamKey stream, std::size_t bytes, Pace pace) const;

    void began(FrameId frame, StreamKey stream, std::size_t bytes);
    /// It is on its way to the screen. The first of a stream that is still counts as not seen;
    /// further ones wait for a slow sink, and are no reason to hold up the decoder.
    void sent(FrameId frame);
    /// It is seen or skipped. Nothing if it never began.
    void ended(FrameId frame);

private:
    struct Picture {
        StreamKey stream;
        std::size_t bytes = 0;
        bool sent = false;
    };
    std::map<FrameId, Picture> pictures_;
};

} // namespace sumac::client
