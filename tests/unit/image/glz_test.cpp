#include "golden.h"
#include "image/glz.h"

#include <algorithm>
#include <random>
#include <set>

namespace sumac::image {
namespace {

const std::vector<std::string> files{"glz_rgb16", "glz_rgb24", "glz_rgb32", "glz_rgba"};

/// Those that count: X is nothing.
std::uint32_t bits_of(const std::string& name) {
    return name == "glz_rgba" ? 0xFFFFFFFF : 0x00FFFFFF;
}

using Values = std::vector<std::uint32_t>;

/// 8: rgb32, top-down.
ByteVector
glz(std::uint64_t id, std::uint32_t reach, int width, int height, const ByteVector& body) {
    ByteVector result;
    const auto append = [&](std::uint64_t value, int size) {
        for (int shift = 8 * (size - 1); shift >= 0; shift -= 8)
            result.push_back(static_cast<std::byte>(value >> shift & 0xFF));
    };
    append(0x20205A4C, 4);
    append(0x00010001, 4);
    append(0x18, 1);
    append(static_cast<std::uint64_t>(width), 4);
    append(static_cast<std::uint64_t>(height), 4);
    append(static_cast<std::uint64_t>(4 * width), 4);
    append(id, 8);
    append(reach, 4);
    result.insert(result.end(), body.begin(), body.end());
    return result;
}

/// Two pixels with values `a` and `b`.
ByteVector literals(int a, int b) {
    return bytes({1, a, 0, 0, b, 0, 0});
}

/// A body that is one copy of two pixels from the start of the image `distance` numbers before.
ByteVector copy_of(int distance) {
    return bytes({2 << 5, 0, distance});
}

class Glz : public testing::Test {
protected:
    /// The pixels of a picture that must come out.
    Values decode(const ByteVector& data, Size size) {
        const auto picture = decode_through_window(data, size, window);
        if (!picture || !std::holds_alternative<PixelsPtr>(*picture)) return {};
        return values(*std::get<PixelsPtr>(*picture));
    }
    std::optional<GlzImageId> waits_for(const ByteVector& data, Size size) {
        const auto picture = decode_through_window(data, size, window);
        if (!picture || !std::holds_alternative<GlzImageId>(*picture)) return std::nullopt;
        return std::get<GlzImageId>(*picture);
    }

    GlzWindow window;
};

TEST_F(Glz, DecodesWhatAServerEncodes) {
    for (const std::string& name : files) {
        window.clear();
        const auto images = golden_images(name);
        ASSERT_EQ(images.size(), 60U);
        for (const GoldenImage& image : images) {
            const auto picture = decode_through_window(image.data, image.size, window);
            ASSERT_TRUE(picture) << picture.error().text;
            const auto* pixels = std::get_if<PixelsPtr>(&*picture);
            ASSERT_NE(pixels, nullptr);
            EXPECT_EQ(hash_of(**pixels, bits_of(name)), image.hash)
                << name << ' ' << image.size.width;
        }
        // The dictionary of the encoder was 20,000 pixels.
        EXPECT_LE(window.size_bytes(),
                  window.count() * glz_window_image_bytes + std::size_t{4} * 20'000);
        EXPECT_LT(window.count(), 40U);
    }
}

TEST_F(Glz, WidensNarrowPixelsToOpaqueOnes) {
    for (const GoldenImage& image : golden_images("glz_rgb16")) {
        const auto picture = decode_through_window(image.data, image.size, window);
        ASSERT_TRUE(picture && std::holds_alternative<PixelsPtr>(*picture));
        for (const std::uint32_t value : values(*std::get<PixelsPtr>(*picture)))
            ASSERT_EQ(value >> 24, 255U)
                << "as all other images of 16 bits, where they become alpha";
    }
}

TEST_F(Glz, DecodesImagesThatArriveOutOfOrder) {
    for (const std::string& name : files) {
        const auto images = golden_images(name);
        for (unsigned seed = 0; seed < 20; ++seed) {
            window.clear();
            std::mt19937 random{seed};
            std::vector<const GoldenImage*> waiting;
            std::vector<const GoldenImage*> arriving;
            for (const GoldenImage& image : images)
                arriving.push_back(&image);
            // As from several channels: each a little early or late.
            for (std::size_t i = 0; i + 6 < arriving.size(); i += 6)
                std::shuffle(&arriving[i], &arriving[i + 6], random);
            std::size_t decoded = 0;
            for (const GoldenImage* arrived : arriving) {
                waiting.push_back(arrived);
                for (std::size_t before = waiting.size() + 1; waiting.size() < before;) {
                    before = waiting.size();
                    std::erase_if(waiting, [&](const GoldenImage* image) {
                        const auto picture =
                            decode_through_window(image->data, image->size, window);
                        EXPECT_TRUE(picture) << picture.error().text;
                        if (!picture || std::holds_alternative<GlzImageId>(*picture)) return false;
                        EXPECT_EQ(hash_of(*std::get<PixelsPtr>(*picture), bits_of(name)),
                                  image->hash);
                        ++decoded;
                        return true;
                    });
                }
            }
            EXPECT_EQ(decoded, images.size()) << "seed " << seed;
        }
    }
}

TEST_F(Glz, NamesTheImageThatIsMissingAndGoesOnWhenItIsThere) {
    EXPECT_EQ(waits_for(glz(1, 1, 2, 1, copy_of(1)), {2, 1}), GlzImageId{0});
    EXPECT_EQ(waits_for(glz(1, 1, 2, 1, copy_of(1)), {2, 1}), GlzImageId{0});
    EXPECT_FALSE(window.arrived(GlzImageId{1}));
    EXPECT_EQ(decode(glz(0, 0, 2, 1, literals(5, 6)), {2, 1}), (Values{5, 6}));
    EXPECT_EQ(decode(glz(1, 1, 2, 1, copy_of(1)), {2, 1}), (Values{5, 6}));
}

TEST_F(Glz, GivesAnImageAgainWhenItsMessageIsExecutedAgain) {
    const ByteVector image = glz(0, 0, 2, 1, literals(5, 6));
    EXPECT_EQ(decode(image, {2, 1}), (Values{5, 6}));
    EXPECT_EQ(decode(image, {2, 1}), (Values{5, 6}));
    EXPECT_FALSE(decode_through_window(image, {1, 2}, window));
    EXPECT_EQ(window.count(), 1U);
}

TEST_F(Glz, DoesNotWaitForWhatWillNeverBeThere) {
    // Damaged, but it came; dropped; before the first of all.
    ASSERT_FALSE(decode_through_window(glz(0, 0, 2, 1, bytes({1, 2})), {2, 1}, window));
    const auto damaged = decode_through_window(glz(1, 1, 2, 1, copy_of(1)), {2, 1}, window);
    ASSERT_FALSE(damaged);
    EXPECT_EQ(damaged.error().code, ErrorCode::invalid);
    EXPECT_EQ(decode(glz(2, 0, 2, 1, literals(1, 2)), {2, 1}), (Values{1, 2}));
    EXPECT_EQ(decode(glz(3, 0, 2, 1, literals(3, 4)), {2, 1}), (Values{3, 4}));
    EXPECT_FALSE(decode_through_window(glz(4, 0, 2, 1, copy_of(2)), {2, 1}, window));
    EXPECT_FALSE(decode_through_window(glz(5, 0, 2, 1, copy_of(6)), {2, 1}, window));
    EXPECT_FALSE(decode_through_window(glz(2, 0, 2, 1, literals(1, 2)), {2, 1}, window));
    EXPECT_EQ(decode(glz(6, 0, 2, 1, literals(7, 8)), {2, 1}), (Values{7, 8}));
}

TEST_F(Glz, RefusesCopiesFromOutsideTheOtherImage) {
    ASSERT_EQ(decode(glz(0, 0, 2, 1, literals(5, 6)), {2, 1}), (Values{5, 6}));
    EXPECT_FALSE(
        decode_through_window(glz(1, 1, 2, 1, bytes({(2 << 5) + 1, 0, 1})), {2, 1}, window));
    EXPECT_FALSE(decode_through_window(glz(2, 2, 3, 1, bytes({3 << 5, 0, 2})), {3, 1}, window));
    EXPECT_FALSE(decode_through_window(glz(3, 3, 1, 1, copy_of(3)), {1, 1}, window));
}

TEST_F(Glz, TurnsOverOnlyThePictureOfABottomUpImage) {
    ByteVector bottom_up = glz(0, 0, 1, 2, literals(5, 6));
    bottom_up[8] = std::byte{0x08};
    EXPECT_EQ(decode(bottom_up, {1, 2}), (Values{6, 5}));
    EXPECT_EQ(decode(glz(1, 1, 1, 2, copy_of(1)), {1, 2}), (Values{5, 6}));
}

TEST_F(Glz, SurvivesDamage) {
    std::size_t tested = 0;
    for (const std::string& name : files) {
        GlzWindow before;
        for (const GoldenImage& image : golden_images(name)) {
            if (image.data.size() < 120) {
                EXPECT_TRUE(survives_damage(image, [&](const ByteVector& data) -> Result<Pixels> {
                    GlzWindow copy = before;
                    const auto picture = decode_through_window(data, image.size, copy);
                    if (!picture) return picture.error();
                    const auto* pixels = std::get_if<PixelsPtr>(&*picture);
                    if (pixels == nullptr) return Error{ErrorCode::invalid, "waits"};
                    return Pixels::allocate((*pixels)->format(), (*pixels)->size());
                }));
                ++tested;
            }
            ASSERT_TRUE(decode_through_window(image.data, image.size, before));
        }
    }
    EXPECT_GT(tested, 30U);
}

TEST_F(Glz, RefusesEachTruncation) {
    const ByteVector image = glz(7, 3, 2, 1, literals(5, 6));
    for (std::size_t size = 0; size < image.size(); ++size) {
        window.clear();
        EXPECT_FALSE(decode_through_window(Bytes{image}.first(size), {2, 1}, window));
    }
}

TEST_F(Glz, ReadsItsHeader) {
    const auto header = parse_glz_header(glz(0x0102030405060708, 0x0A0B0C0D, 300, 2, {}));
    ASSERT_TRUE(header);
    EXPECT_EQ(*header,
              (GlzHeader{.id = GlzImageId{0x0102030405060708},
                         .reach = 0x0A0B0C0D,
                         .width = 300,
                         .height = 2,
                         .type = 8,
                         .top_down = true}));
}

TEST_F(Glz, RefusesHostileHeaders) {
    const ByteVector good = glz(0, 0, 2, 1, literals(5, 6));
    const auto refused = [&](std::size_t offset, int value) {
        window.clear();
        ByteVector data = good;
        data[offset] = static_cast<std::byte>(value);
        return !decode_through_window(data, {2, 1}, window);
    };
    EXPECT_FALSE(refused(8, 0x18));
    EXPECT_TRUE(refused(0, 1));
    EXPECT_TRUE(refused(7, 2));
    EXPECT_TRUE(refused(8, 0x15)); // indices
    EXPECT_TRUE(refused(8, 0x1A)); // alpha alone
    EXPECT_TRUE(refused(8, 0x10));
    EXPECT_TRUE(refused(12, 3)); // width
    EXPECT_TRUE(refused(16, 2)); // height
    window.clear();
    const auto bomb = decode_through_window(glz(0, 0, 8000, 8000, {}), {8000, 8000}, window);
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code, ErrorCode::truncated);
}

} // namespace
} // namespace sumac::image
