#include "video/picture_memory.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace sumac::video {
namespace {

TEST(PictureMemory, UsesMemoryAgain) {
    const auto memory = PictureMemory::make();
    auto buffer = memory->take(1000);
    const std::byte* const before = buffer.get();
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(before) % simd_alignment, 0U);
    EXPECT_EQ(*before, std::byte{0});
    buffer.reset();
    EXPECT_EQ(memory->held_bytes(), 1000U);
    buffer = memory->take(1000);
    EXPECT_EQ(buffer.get(), before);
    EXPECT_EQ(memory->held_bytes(), 1000U);
}

TEST(PictureMemory, HoldsNoMoreThanItsLimit) {
    const auto memory = PictureMemory::make(2500);
    const auto first = memory->take(1000);
    auto second = memory->take(1000);
    EXPECT_EQ(memory->take(1000), nullptr);
    EXPECT_EQ(memory->held_bytes(), 2000U);
    second.reset();
    EXPECT_EQ(memory->held_bytes(), 2000U); // kept to be used again
    EXPECT_NE(memory->take(1400), nullptr); // which nobody has a right to
    EXPECT_EQ(memory->take(3000), nullptr);
}

TEST(PictureMemory, KeepsFewSpares) {
    const auto memory = PictureMemory::make();
    std::vector<PictureMemory::Buffer> buffers;
    for (int i = 0; i < 20; ++i)
        buffers.push_back(memory->take(1000));
    EXPECT_EQ(memory->held_bytes(), 20'000U);
    buffers.clear();
    EXPECT_EQ(memory->held_bytes(), 1000 * PictureMemory::max_spares);
}

TEST(PictureMemory, OutlivesItsOwnerAsLongAsAPictureIsLeft) {
    auto memory = PictureMemory::make();
    const auto buffer = memory->take(1000);
    memory.reset();
    *buffer = std::byte{1};
    EXPECT_EQ(*buffer, std::byte{1});
}

} // namespace
} // namespace sumac::video
