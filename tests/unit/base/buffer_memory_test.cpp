#include "base/buffer_memory.h"

#include <gtest/gtest.h>
#include <malloc.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <vector>

namespace sumac {
namespace {

TEST(BufferMemory, IsAlignedAndAllOfItCanBeWritten) {
    constexpr std::size_t huge = std::size_t{2} << 20U;
    // Without huge pages, one that is mostly empty, a whole one, four that are nearly full.
    for (const std::size_t size :
         {std::size_t{1}, huge / 2, huge + 1, huge, std::size_t{1920} * 1080 * 4}) {
        const BufferMemory memory = allocate_buffer(size, simd_alignment);
        ASSERT_NE(memory, nullptr);
        EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory.get()) % simd_alignment, 0U);
        std::memset(memory.get(), 7, size);
        EXPECT_EQ(memory[size - 1], std::byte{7});
    }
}

// Under sanitizers nothing is kept, or memory is more than was asked for.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST(BufferMemory, OfALargeBufferIsUsedAgain) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20); // what is freed goes back to the system
    for (const std::size_t mebibytes : {2U, 3U, 5U}) {
        const std::size_t size = mebibytes << 20U;
        const auto mark = static_cast<std::byte>(100 + mebibytes);
        BufferMemory freed = allocate_buffer(size);
        std::memset(freed.get(), static_cast<int>(mark), size);
        freed.reset();
        {
            const BufferMemory again = allocate_buffer(size - 1000);
            EXPECT_EQ(again[0], mark) << size;
            EXPECT_NE(allocate_buffer(size)[0], mark) << "in use";
        }
        EXPECT_NE(allocate_buffer(size * 2)[0], mark) << "too small for that";
    }
}

TEST(BufferMemory, IsKeptOfTwoLargeScreens) {
    constexpr std::size_t size = std::size_t{3840} * 2160 * 4;
    std::array<BufferMemory, 2> screens{allocate_buffer(size), allocate_buffer(size)};
    for (BufferMemory& screen : screens)
        std::memset(screen.get(), 9, size);
    screens = {};
    for (BufferMemory& screen : screens) {
        screen = allocate_buffer(size);
        EXPECT_EQ(screen[size - 1], std::byte{9});
    }
}

std::size_t resident_bytes() {
    std::ifstream file{"/proc/self/statm"};
    std::size_t all_pages = 0;
    std::size_t resident_pages = 0;
    file >> all_pages >> resident_pages;
    return resident_pages * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

constexpr std::size_t mebibyte = std::size_t{1} << 20U;

BufferMemory marked(std::size_t mebibytes, int mark) {
    BufferMemory memory = allocate_buffer(mebibytes * mebibyte);
    std::memset(memory.get(), mark, mebibytes * mebibyte);
    return memory;
}

/// A screen, a message and what it is decoded to; then the first piece of the next message.
bool what_comes_in_turns_is_kept() {
    const BufferMemory screen = marked(8, 1);
    {
        const BufferMemory message = marked(6, 2);
        const BufferMemory decoded = marked(8, 3);
    }
    const BufferMemory piece = allocate_buffer(mebibyte);
    return allocate_buffer(5 * mebibyte)[0] == std::byte{2} &&
           allocate_buffer(8 * mebibyte)[0] == std::byte{3};
}

bool what_is_most_like_the_new_one_goes_first() {
    const BufferMemory screen = marked(16, 1);
    {
        const BufferMemory message = marked(4, 2);
        const BufferMemory decoded = marked(16, 3);
    }
    const BufferMemory larger_message = allocate_buffer(6 * mebibyte);
    return allocate_buffer(16 * mebibyte)[0] == std::byte{3};
}

bool what_would_add_to_the_most_goes_back() {
    marked(8, 1).reset();
    const std::size_t before = resident_bytes();
    const BufferMemory something_else = allocate_buffer(32 * mebibyte);
    return resident_bytes() + 7 * mebibyte < before;
}

// In processes of their own: what was in use before counts.
TEST(BufferMemoryDeathTest, WhatComesInTurnsIsKept) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    EXPECT_EXIT(std::exit(what_comes_in_turns_is_kept() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(BufferMemoryDeathTest, WhatIsMostLikeTheNewOneGoesFirst) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    mallopt(M_MMAP_THRESHOLD, 1 << 20); // what is freed goes back to the system
    EXPECT_EXIT(std::exit(what_is_most_like_the_new_one_goes_first() ? 0 : 1),
                testing::ExitedWithCode(0),
                "");
}

TEST(BufferMemoryDeathTest, WhatWouldAddToTheMostGoesBack) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    mallopt(M_MMAP_THRESHOLD, 1 << 20); // what is freed goes back to the system
    EXPECT_EXIT(
        std::exit(what_would_add_to_the_most_goes_back() ? 0 : 1), testing::ExitedWithCode(0), "");
}

TEST(BufferMemory, IsKeptUpToALimit) {
    mallopt(M_MMAP_THRESHOLD, 1 << 20); // what is freed goes back to the system
    constexpr std::size_t size = max_spare_bytes / 4;
    constexpr std::size_t buffers = 10;
    const std::size_t before = resident_bytes();
    {
        std::vector<BufferMemory> held;
        for (std::size_t i = 0; i < buffers; ++i) {
            held.push_back(allocate_buffer(size));
            std::memset(held.back().get(), 7, size);
        }
        EXPECT_GE(resident_bytes(), before + buffers * size - max_spare_bytes);
    }
    EXPECT_LE(resident_bytes(), before + max_spare_bytes + size / 2);
}
#endif

} // namespace
} // namespace sumac
