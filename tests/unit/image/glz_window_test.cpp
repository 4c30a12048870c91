#include "image/glz_window.h"

#include <gtest/gtest.h>

#include <initializer_list>
#include <vector>

namespace sumac::image {
namespace {

constexpr std::size_t cost_bytes = glz_window_image_bytes + 4;

class GlzWindowTest : public testing::Test {
protected:
    static GlzImage image(std::uint64_t id, std::uint32_t reach) {
        return {.id = GlzImageId{id},
                .reach = reach,
                .top_down = true,
                .encoded =
                    std::make_shared<const Pixels>(*Pixels::allocate(PixelFormat::bgrx32, {1, 1}))};
    }
    bool insert(std::uint64_t id, std::uint32_t reach) {
        return window.insert(image(id, reach)).has_value();
    }
    std::vector<std::uint64_t> held(std::uint64_t below) const {
        std::vector<std::uint64_t> result;
        for (std::uint64_t id = 0; id < below; ++id) {
            if (window.find(GlzImageId{id}) != nullptr) result.push_back(id);
        }
        return result;
    }
    using Ids = std::vector<std::uint64_t>;

    GlzWindow window;
};

TEST_F(GlzWindowTest, KeepsWhatTheLastImageReaches) {
    for (std::uint64_t id = 0; id < 10; ++id)
        ASSERT_TRUE(insert(id, id < 3 ? static_cast<std::uint32_t>(id) : 3));
    EXPECT_EQ(held(12), (Ids{6, 7, 8, 9}));
    ASSERT_TRUE(insert(10, 0));
    EXPECT_EQ(held(12), (Ids{10}));
    EXPECT_EQ(window.size_bytes(), cost_bytes);
}

TEST_F(GlzWindowTest, KnowsWhatHasArrivedEvenIfItIsGone) {
    for (std::uint64_t id = 0; id < 5; ++id)
        ASSERT_TRUE(insert(id, 0));
    EXPECT_TRUE(window.arrived(GlzImageId{0}));
    EXPECT_EQ(window.find(GlzImageId{0}), nullptr);
    EXPECT_FALSE(window.arrived(GlzImageId{5}));
    EXPECT_FALSE(window.arrived(GlzImageId{UINT64_MAX}));
}

TEST_F(GlzWindowTest, KeepsWhatAnImageThatIsMissingMayReferTo) {
    ASSERT_TRUE(insert(0, 0));
    ASSERT_TRUE(insert(1, 1));
    // 2 is on its way on another channel, and may refer to 0 and 1; the others go on without them.
    for (std::uint64_t id = 3; id < 8; ++id)
        ASSERT_TRUE(insert(id, 1));
    EXPECT_EQ(held(9), (Ids{0, 1, 6, 7}));
    ASSERT_TRUE(insert(2, 2));
    EXPECT_EQ(held(9), (Ids{6, 7}));
}

TEST_F(GlzWindowTest, JoinsStretchesInAnyOrder) {
    for (const std::uint64_t id : {4U, 0U, 2U, 1U, 3U})
        ASSERT_TRUE(insert(id, 10));
    EXPECT_EQ(held(6), (Ids{0, 1, 2, 3, 4}));
    ASSERT_TRUE(insert(5, 1));
    EXPECT_EQ(held(6), (Ids{4, 5}));
}

TEST_F(GlzWindowTest, DropsAnImageThatFillsAGapWhenNobodyNeedsIt) {
    ASSERT_TRUE(insert(0, 0));
    ASSERT_TRUE(insert(2, 0));
    ASSERT_TRUE(insert(1, 1));
    EXPECT_EQ(held(3), (Ids{2}));
    EXPECT_TRUE(window.arrived(GlzImageId{1}));
}

TEST_F(GlzWindowTest, BeginsAtAnyNumber) {
    ASSERT_TRUE(insert(1000, 1000));
    ASSERT_TRUE(insert(1001, 0));
    EXPECT_EQ(window.count(), 1U);
    ASSERT_TRUE(insert(UINT64_MAX, 5));
    ASSERT_TRUE(insert(UINT64_MAX - 1, UINT32_MAX));
    EXPECT_EQ(window.count(), 3U);
}

TEST_F(GlzWindowTest, RemembersImagesThatCouldNotBeDecoded) {
    ASSERT_TRUE(insert(0, 0));
    ASSERT_TRUE(
        window.insert({.id = GlzImageId{1}, .reach = 1, .top_down = true, .encoded = nullptr}));
    EXPECT_TRUE(window.arrived(GlzImageId{1}));
    EXPECT_EQ(held(2), (Ids{0}));
    ASSERT_TRUE(insert(2, 1));
    EXPECT_EQ(held(3), (Ids{2}));
}

TEST_F(GlzWindowTest, IsBoundedInBytes) {
    window = GlzWindow{3 * cost_bytes};
    for (std::uint64_t id = 0; id < 3; ++id)
        ASSERT_TRUE(insert(id, 100));
    const auto full = window.insert(image(3, 100));
    ASSERT_FALSE(full);
    EXPECT_EQ(full.error().code, ErrorCode::limit);
    EXPECT_EQ(window.size_bytes(), 3 * cost_bytes);
}

TEST_F(GlzWindowTest, IsBoundedInGaps) {
    for (std::uint64_t i = 0; i < max_glz_stretches; ++i) {
        ASSERT_TRUE(window.insert(
            {.id = GlzImageId{2 * i}, .reach = 0, .top_down = true, .encoded = nullptr}));
    }
    EXPECT_FALSE(insert(2 * max_glz_stretches, 0));
    // One that joins two is none more.
    EXPECT_TRUE(insert(1, 0));
}

TEST_F(GlzWindowTest, RemembersWhatAnImageWaitsForUntilItArrives) {
    window.note_waiting(GlzImageId{5}, GlzImageId{3});
    EXPECT_EQ(window.missing_for(GlzImageId{5}), GlzImageId{3});
    EXPECT_EQ(window.missing_for(GlzImageId{4}), std::nullopt);
    ASSERT_TRUE(insert(3, 0));
    EXPECT_EQ(window.missing_for(GlzImageId{5}), std::nullopt);
    for (std::uint64_t id = 10; id < 10'000; ++id)
        window.note_waiting(GlzImageId{id}, GlzImageId{4});
    EXPECT_EQ(window.missing_for(GlzImageId{9'999}), GlzImageId{4});
}

TEST_F(GlzWindowTest, ForgetsEverythingWhenCleared) {
    ASSERT_TRUE(insert(0, 0));
    window.note_waiting(GlzImageId{2}, GlzImageId{1});
    window.clear();
    EXPECT_FALSE(window.arrived(GlzImageId{0}));
    EXPECT_EQ(window.missing_for(GlzImageId{2}), std::nullopt);
    EXPECT_EQ(window.size_bytes(), 0U);
    EXPECT_TRUE(insert(0, 0));
}

} // namespace
} // namespace sumac::image
