#include "base/buffer_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <type_traits>

namespace sumac {
namespace {

/// On x86-64, and on arm64 with pages of 4 KiB. Where it is another, the advice does no harm.
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;

/// Worth keeping. Below, malloc does.
constexpr std::size_t large_bytes = std::size_t{1} << 20U;
/// As many images as may be decoded at a time, and messages.
constexpr std::size_t max_spares = 8;

/// AddressSanitizer has to see who uses what was freed, and what lies beyond the end.
#if defined(__clang__)
constexpr bool only_what_is_asked_for = __has_feature(address_sanitizer);
#elif defined(__SANITIZE_ADDRESS__)
constexpr bool only_what_is_asked_for = true;
#else
constexpr bool only_what_is_asked_for = false;
#endif

/// How much of a buffer is to lie in huge pages: all, unless its last one would be mostly empty.
std::size_t in_huge_pages(std::size_t size_bytes) {
    const std::size_t beyond = size_bytes % huge_page_bytes;
    const std::size_t missing = beyond == 0 ? 0 : huge_page_bytes - beyond;
    return !only_what_is_asked_for && missing <= size_bytes / 3 ? size_bytes + missing
                                                                : size_bytes - beyond;
}

/// A block of malloc's that nobody uses.
struct Spare {
    void* block = nullptr;
    std::size_t size_bytes = 0;
};

class Spares {
public:
    /// The one that fits best; none if none does.
    Spare take(std::size_t size_bytes, std::size_t alignment) noexcept {
        const std::lock_guard lock{mutex_};
        std::size_t best = count_;
        for (std::size_t i = 0; i < count_; ++i) {
            const Spare& spare = spares_[i];
            const bool fits = spare.size_bytes >= size_bytes &&
                              spare.size_bytes - size_bytes <= size_bytes / 2 &&
                              reinterpret_cast<std::uintptr_t>(spare.block) % alignment == 0;
            if (fits && (best == count_ || spare.size_bytes < spares_[best].size_bytes)) best = i;
        }
        return best == count_ ? Spare{} : remove(best);
    }

    void drop_all() noexcept {
        while (void* const oldest = take_oldest())
            std::free(oldest);
    }

    /// Keeps the block, in the place of older ones if need be.
    void put(void* block, std::size_t size_bytes) noexcept {
        if (size_bytes > max_spare_bytes) return std::free(block);
        while (void* const oldest = try_to_put({block, size_bytes}))
            std::free(oldest);
    }

private:
    /// Null, or the one that has to go first.
    void* try_to_put(Spare spare) noexcept {
        const std::lock_guard lock{mutex_};
        if (count_ == max_spares || held_bytes_ + spare.size_bytes > max_spare_bytes)
            return remove(0).block;
        spares_[count_++] = spare;
        held_bytes_ += spare.size_bytes;
        return nullptr;
    }

    void* take_oldest() noexcept {
        const std::lock_guard lock{mutex_};
        return count_ == 0 ? nullptr : remove(0).block;
    }

    Spare remove(std::size_t place) noexcept {
        const Spare removed = spares_[place];
        std::copy(spares_.begin() + static_cast<std::ptrdiff_t>(place) + 1,
                  spares_.begin() + static_cast<std::ptrdiff_t>(count_),
                  spares_.begin() + static_cast<std::ptrdiff_t>(place));
        --count_;
        held_bytes_ -= removed.size_bytes;
        return removed;
    }

    std::mutex mutex_;                       ///< guards what follows
    std::array<Spare, max_spares> spares_{}; ///< the oldest first
    std::size_t count_ = 0;
    std::size_t held_bytes_ = 0;
};

/// Global, because whoever frees a picture or a message last, on whatever thread and of whatever
/// session, knows no owner. Nothing is destroyed: buffers may be freed until the process ends.
constinit Spares spares;
static_assert(std::is_trivially_destructible_v<Spares>);

} // namespace

void FreeBuffer::operator()(std::byte* buffer) const noexcept {
    if (!only_what_is_asked_for && block_bytes >= large_bytes) {
        spares.put(buffer, block_bytes);
    } else {
        std::free(buffer); // NOLINT(cppcoreguidelines-no-malloc): posix_memalign's
    }
}

BufferMemory allocate_buffer(std::size_t size_bytes, std::size_t alignment) noexcept {
    if (size_bytes >= large_bytes) {
        const Spare spare = spares.take(size_bytes, alignment);
        if (spare.block != nullptr)
            return {static_cast<std::byte*>(spare.block), FreeBuffer{spare.size_bytes}};
        // They would only add to what is in use now.
        spares.drop_all();
    }
    const std::size_t huge = in_huge_pages(size_bytes);
    const std::size_t block_bytes = std::max(size_bytes, huge);
    void* memory = nullptr;
    if (huge > 0) alignment = huge_page_bytes;
    if (posix_memalign(&memory, alignment, block_bytes) != 0) return nullptr;
    if (huge > 0) madvise(memory, huge, MADV_HUGEPAGE);
    return {static_cast<std::byte*>(memory), FreeBuffer{block_bytes}};
}

} // namespace sumac
