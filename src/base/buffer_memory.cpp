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

/// Blocks that go back to malloc when this ends: after the lock, if it was made before that.
class Leaving {
public:
    Leaving() = default;
    Leaving(const Leaving&) = delete;
    Leaving& operator=(const Leaving&) = delete;
    ~Leaving() {
        for (std::size_t i = 0; i < count_; ++i)
            std::free(blocks_[i]); // NOLINT(cppcoreguidelines-no-malloc): posix_memalign's
    }
    void add(void* block) noexcept { blocks_[count_++] = block; }

private:
    std::array<void*, max_spares> blocks_{};
    std::size_t count_ = 0;
};

class Spares {
public:
    /// The one that fits best, now in use; none if none does.
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
        if (best == count_) return {};
        begin_use(spares_[best].size_bytes);
        return remove(best);
    }

    /// A new block is in use. What is kept goes back as far as it and what is in use are more than
    /// 9/8 of the most that ever was: what comes and goes in turns is kept, all of it.
    void make_room(std::size_t size_bytes) noexcept {
        Leaving leaving;
        const std::lock_guard lock{mutex_};
        begin_use(size_bytes);
        const std::size_t enough = most_in_use_bytes_ + most_in_use_bytes_ / 8;
        while (count_ > 0 && in_use_bytes_ + held_bytes_ > enough)
            leaving.add(remove(most_like(size_bytes)).block);
    }

    /// The block is in use no longer. Keeps it, in the place of older ones if need be.
    void put(void* block, std::size_t size_bytes) noexcept {
        Leaving leaving;
        const std::lock_guard lock{mutex_};
        in_use_bytes_ -= size_bytes;
        if (size_bytes > max_spare_bytes) return leaving.add(block);
        while (count_ == max_spares || size_bytes > max_spare_bytes - held_bytes_)
            leaving.add(remove(0).block);
        spares_[count_++] = {block, size_bytes};
        held_bytes_ += size_bytes;
    }

    void drop_all() noexcept {
        Leaving leaving;
        const std::lock_guard lock{mutex_};
        while (count_ > 0)
            leaving.add(remove(0).block);
    }

private:
    void begin_use(std::size_t size_bytes) noexcept {
        in_use_bytes_ += size_bytes;
        most_in_use_bytes_ = std::max(most_in_use_bytes_, in_use_bytes_);
    }

    /// Of those that are kept: whoever needs the new block had this one before.
    std::size_t most_like(std::size_t size_bytes) const noexcept {
        const auto difference = [&](const Spare& spare) {
            return std::max(spare.size_bytes, size_bytes) - std::min(spare.size_bytes, size_bytes);
        };
        std::size_t nearest = 0;
        for (std::size_t i = 1; i < count_; ++i)
            if (difference(spares_[i]) < difference(spares_[nearest])) nearest = i;
        return nearest;
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
    std::size_t in_use_bytes_ = 0; ///< of large blocks
    std::size_t most_in_use_bytes_ = 0;
};

/// Global, because whoever frees a picture or a message last, on whatever thread and of whatever
/// session, knows no owner. Nothing is destroyed: buffers may be freed until the process ends.
constinit Spares spares;
static_assert(std::is_trivially_destructible_v<Spares>);

/// When nobody uses it.
bool is_kept(std::size_t block_bytes) {
    return !only_what_is_asked_for && block_bytes >= large_bytes;
}

} // namespace

void FreeBuffer::operator()(std::byte* buffer) const noexcept {
    if (is_kept(block_bytes)) {
        spares.put(buffer, block_bytes);
    } else {
        std::free(buffer); // NOLINT(cppcoreguidelines-no-malloc): posix_memalign's
    }
}

BufferMemory allocate_buffer(std::size_t size_bytes, std::size_t alignment) noexcept {
    if (is_kept(size_bytes)) {
        const Spare spare = spares.take(size_bytes, alignment);
        if (spare.block != nullptr)
            return {static_cast<std::byte*>(spare.block), FreeBuffer{spare.size_bytes}};
    }
    const std::size_t huge = in_huge_pages(size_bytes);
    const std::size_t block_bytes = std::max(size_bytes, huge);
    void* memory = nullptr;
    if (huge > 0) alignment = huge_page_bytes;
    if (posix_memalign(&memory, alignment, block_bytes) != 0) {
        spares.drop_all();
        if (posix_memalign(&memory, alignment, block_bytes) != 0) return nullptr;
    }
    if (huge > 0) madvise(memory, huge, MADV_HUGEPAGE);
    if (is_kept(block_bytes)) spares.make_room(block_bytes);
    return {static_cast<std::byte*>(memory), FreeBuffer{block_bytes}};
}

} // namespace sumac
