#include "video/picture_memory.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace sumac::video {

std::shared_ptr<PictureMemory> PictureMemory::make(std::size_t limit_bytes) {
    const std::shared_ptr<PictureMemory> memory{new PictureMemory{limit_bytes}}; // private
    memory->spares_.reserve(max_spares + 1); // what is given back must not need memory
    return memory;
}

PictureMemory::Buffer PictureMemory::take(std::size_t size_bytes) {
    BufferMemory block = take_spare(size_bytes);
    if (!block) {
        if (!reserve(size_bytes)) return nullptr;
        block = allocate_buffer(size_bytes, simd_alignment);
        if (!block) {
            unreserve(size_bytes);
            return nullptr;
        }
        // A damaged frame must not show what was here before.
        std::memset(block.get(), 0, size_bytes);
    }
    const auto give_back =
        [self = shared_from_this(), size_bytes, free = block.get_deleter()](std::byte* returned) {
            self->give_back(BufferMemory{returned, free}, size_bytes);
        };
    return Buffer{block.release(), give_back}; // calls give_back if it cannot have its counters
}

BufferMemory PictureMemory::take_spare(std::size_t size_bytes) {
    const std::lock_guard lock{mutex_};
    const auto spare = std::find_if(spares_.rbegin(), spares_.rend(), [&](const Spare& candidate) {
        return candidate.size_bytes == size_bytes;
    });
    if (spare == spares_.rend()) return nullptr;
    BufferMemory block = std::move(spare->block);
    spares_.erase(std::next(spare).base());
    return block;
}

bool PictureMemory::reserve(std::size_t size_bytes) {
    const std::lock_guard lock{mutex_};
    if (size_bytes > limit_bytes_) return false;
    while (held_bytes_ > limit_bytes_ - size_bytes) {
        if (spares_.empty()) return false;
        held_bytes_ -= spares_.front().size_bytes;
        spares_.erase(spares_.begin());
    }
    held_bytes_ += size_bytes;
    return true;
}

void PictureMemory::unreserve(std::size_t size_bytes) {
    const std::lock_guard lock{mutex_};
    held_bytes_ -= size_bytes;
}

void PictureMemory::give_back(BufferMemory block, std::size_t size_bytes) {
    Spare oldest; // freed after the lock
    const std::lock_guard lock{mutex_};
    spares_.push_back({std::move(block), size_bytes});
    if (spares_.size() <= max_spares) return;
    oldest = std::move(spares_.front());
    spares_.erase(spares_.begin());
    held_bytes_ -= oldest.size_bytes;
}

std::size_t PictureMemory::held_bytes() const {
    const std::lock_guard lock{mutex_};
    return held_bytes_;
}

} // namespace sumac::video
