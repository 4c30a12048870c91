#include "base/pixel_memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>

namespace sumac {
namespace {

/// On x86-64, and on arm64 with pages of 4 KiB. Where it is another, the advice does no harm.
constexpr std::size_t huge_page_bytes = std::size_t{2} << 20U;

/// What is taken beyond the end is a blind spot of AddressSanitizer.
#if defined(__SANITIZE_ADDRESS__)
constexpr bool may_take_more = false;
#else
constexpr bool may_take_more = true;
#endif

/// How much of a picture is to lie in huge pages: all, unless its last one would be mostly empty.
std::size_t in_huge_pages(std::size_t size_bytes) {
    const std::size_t beyond = size_bytes % huge_page_bytes;
    const std::size_t missing = beyond == 0 ? 0 : huge_page_bytes - beyond;
    return may_take_more && missing <= size_bytes / 3 ? size_bytes + missing : size_bytes - beyond;
}

} // namespace

void FreePixels::operator()(std::byte* pixels) const noexcept {
    std::free(pixels); // NOLINT(cppcoreguidelines-no-malloc): posix_memalign's
}

PixelMemory allocate_pixels(std::size_t size_bytes, std::size_t alignment) noexcept {
    const std::size_t huge = in_huge_pages(size_bytes);
    void* memory = nullptr;
    if (huge > 0) alignment = huge_page_bytes;
    const int failed = posix_memalign(&memory, alignment, std::max(size_bytes, huge));
    if (failed != 0) return nullptr;
    if (huge > 0) madvise(memory, huge, MADV_HUGEPAGE);
    return PixelMemory{static_cast<std::byte*>(memory)};
}

} // namespace sumac
