/// PictureMemory: what the decoders of a session keep pictures in.
///
/// One limit for all of them, so that a server cannot make us hold more by opening more streams, or
/// by making a decoder keep more pictures to predict from. And memory that is given back is used
/// again: for 8 MB at a time the system clears fresh pages, which costs as much as a part of the
/// decoding.
///
/// Thread-safe: a picture's memory comes back from wherever it was shown last.
#pragma once

#include "base/buffer_memory.h"

#include <cstddef>
#include <memory>
#include <mutex>
#include <vector>

namespace sumac::video {

/// The largest picture of a stream in pixels (a 16K screen, 566 MB) and what is decoded ahead of
/// and waits to be drawn (StreamPlayer, DrawWorker); or as many 4K pictures as H.264 may predict
/// from, for five streams.
inline constexpr std::size_t max_picture_memory_bytes = std::size_t{1} << 30U;

class PictureMemory : public std::enable_shared_from_this<PictureMemory> {
public:
    static std::shared_ptr<PictureMemory> make(std::size_t limit_bytes = max_picture_memory_bytes);

    /// Aligned for any SIMD. Holds zeros or an earlier picture. Goes back when the last owner is
    /// gone. Null: over the limit, or the machine has no more.
    using Buffer = std::shared_ptr<std::byte>;
    Buffer take(std::size_t size_bytes);

    /// In use, or kept to be used again.
    std::size_t held_bytes() const;

    /// Kept to be used again: two for a decoder's own pictures and two for what is shown.
    static constexpr std::size_t max_spares = 4;

private:
    struct Spare {
        BufferMemory block;
        std::size_t size_bytes = 0;
    };

    explicit PictureMemory(std::size_t limit_bytes) : limit_bytes_(limit_bytes) {}
    BufferMemory take_spare(std::size_t size_bytes);
    bool reserve(std::size_t size_bytes);
    void unreserve(std::size_t size_bytes);
    void give_back(BufferMemory block, std::size_t size_bytes);

    const std::size_t limit_bytes_;
    mutable std::mutex mutex_; ///< guards what follows
    std::size_t held_bytes_ = 0;
    std::vector<Spare> spares_; ///< the oldest first
};

} // namespace sumac::video
