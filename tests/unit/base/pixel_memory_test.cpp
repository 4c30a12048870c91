#include "base/pixel_memory.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>

namespace sumac {
namespace {

TEST(PixelMemory, IsAlignedAndAllOfItCanBeWritten) {
    constexpr std::size_t huge = std::size_t{2} << 20U;
    // Without huge pages, one that is mostly empty, a whole one, four that are nearly full.
    for (const std::size_t size :
         {std::size_t{1}, huge / 2, huge + 1, huge, std::size_t{1920} * 1080 * 4}) {
        const PixelMemory memory = allocate_pixels(size, simd_alignment);
        ASSERT_NE(memory, nullptr);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % simd_alignment, 0U);
        std::memset(memory.get(), 7, size);
        EXPECT_EQ(memory[size - 1], std::byte{7});
    }
}

} // namespace
} // namespace sumac
