#include "image/image_cache.h"
#include "image/palette_cache.h"

#include <gtest/gtest.h>

namespace sumac::image {
namespace {

PixelsPtr picture(Size size) {
    return std::make_shared<const Pixels>(*Pixels::allocate(PixelFormat::bgrx32, size));
}

TEST(ImageCache, FindsWhatWasStored) {
    ImageCache cache;
    const PixelsPtr stored = picture({2, 2});
    ASSERT_TRUE(cache.store(ImageId{7}, stored));
    ASSERT_NE(cache.find(ImageId{7}), nullptr);
    EXPECT_EQ(cache.find(ImageId{7})->pixels, stored);
    EXPECT_EQ(cache.find(ImageId{8}), nullptr);
}

TEST(ImageCache, ReplacesAnImageOfTheSameId) {
    ImageCache cache;
    const PixelsPtr second = picture({1, 1});
    ASSERT_TRUE(cache.store(ImageId{7}, picture({100, 100})));
    ASSERT_TRUE(cache.store(ImageId{7}, second));
    EXPECT_EQ(cache.find(ImageId{7})->pixels, second);
    EXPECT_EQ(cache.count(), 1U);
    EXPECT_EQ(cache.size_bytes(), pixmap_cache_entry_bytes + 4);
}

TEST(ImageCache, RemembersWhatCouldNotBeDecoded) {
    ImageCache cache;
    ASSERT_TRUE(cache.store_undecoded(ImageId{7}, "quic"));
    EXPECT_EQ(cache.find(ImageId{7})->pixels, nullptr);
    EXPECT_EQ(cache.find(ImageId{7})->undecoded_because, "quic");
}

TEST(ImageCache, ForgetsWhatTheServerInvalidates) {
    ImageCache cache;
    ASSERT_TRUE(cache.store(ImageId{1}, picture({2, 2})));
    ASSERT_TRUE(cache.store(ImageId{2}, picture({2, 2})));
    cache.invalidate(ImageId{1});
    cache.invalidate(ImageId{99});
    EXPECT_EQ(cache.find(ImageId{1}), nullptr);
    EXPECT_NE(cache.find(ImageId{2}), nullptr);
    cache.invalidate_all();
    EXPECT_EQ(cache.count(), 0U);
    EXPECT_EQ(cache.size_bytes(), 0U);
}

TEST(ImageCache, RefusesMoreThanItsLimitAndRecovers) {
    ImageCache cache{2 * (pixmap_cache_entry_bytes + 400)};
    ASSERT_TRUE(cache.store(ImageId{1}, picture({10, 10})));
    ASSERT_TRUE(cache.store(ImageId{2}, picture({10, 10})));
    const auto third = cache.store(ImageId{3}, picture({10, 10}));
    ASSERT_FALSE(third);
    EXPECT_EQ(third.error().code, ErrorCode::limit);
    EXPECT_EQ(cache.find(ImageId{3}), nullptr);
    EXPECT_TRUE(cache.store(ImageId{2}, picture({10, 10}))); // a replacement needs no more room
    cache.invalidate(ImageId{1});
    EXPECT_TRUE(cache.store(ImageId{3}, picture({10, 10})));
}

TEST(ImageCache, ChargesEntriesWithoutPixels) {
    ImageCache cache{2 * pixmap_cache_entry_bytes};
    ASSERT_TRUE(cache.store_undecoded(ImageId{1}, "lz"));
    ASSERT_TRUE(cache.store_undecoded(ImageId{2}, "lz"));
    EXPECT_FALSE(cache.store_undecoded(ImageId{3}, "lz"));
}

TEST(PaletteCache, StoresReplacesAndForgets) {
    PaletteCache cache;
    ASSERT_TRUE(cache.store({PaletteId{5}, {1, 2}}));
    ASSERT_TRUE(cache.store({PaletteId{5}, {3}}));
    ASSERT_NE(cache.find(PaletteId{5}), nullptr);
    EXPECT_EQ(cache.find(PaletteId{5})->entries, (std::vector<std::uint32_t>{3}));
    cache.invalidate(PaletteId{6});
    cache.invalidate(PaletteId{5});
    EXPECT_EQ(cache.find(PaletteId{5}), nullptr);
    ASSERT_TRUE(cache.store({PaletteId{5}, {1}}));
    cache.invalidate_all();
    EXPECT_EQ(cache.find(PaletteId{5}), nullptr);
}

TEST(PaletteCache, RefusesMoreThanItsLimit) {
    PaletteCache cache;
    for (std::uint64_t id = 0; id < max_cached_palettes; ++id)
        ASSERT_TRUE(cache.store({PaletteId{id}, {}}));
    EXPECT_FALSE(cache.store({PaletteId{max_cached_palettes}, {}}));
    EXPECT_TRUE(cache.store({PaletteId{0}, {1}}));
}

} // namespace
} // namespace sumac::image
