#include "golden.h"
#include "image/quic.h"
#include "image/quic_model.h"

#include <random>
#include <set>

namespace sumac::image {
namespace {

constexpr std::size_t header_bytes = 20;

TEST(Quic, DecodesWhatAServerEncodes) {
    const auto images = golden_images("quic");
    ASSERT_GT(images.size(), 250U);
    std::set<std::int32_t> widths;
    for (const GoldenImage& image : images) {
        const auto pixels = decode_quic(image.data, image.size);
        ASSERT_TRUE(pixels) << pixels.error().text;
        EXPECT_EQ(hash_of(*pixels), image.hash)
            << "type " << int{image.type} << ", width " << image.size.width;
        widths.insert(image.size.width);
    }
    EXPECT_EQ(widths.size(), 68U); // 1 to 67, and 160
}

TEST(Quic, DecodesTheSameWithInstructionsThatEachProcessorHas) {
    for (const GoldenImage& image : golden_images("quic")) {
        const auto pixels = decode_quic(image.data, image.size, QuicCode::plain);
        ASSERT_TRUE(pixels) << pixels.error().text;
        EXPECT_EQ(hash_of(*pixels), image.hash) << image.size.width;
    }
}

template <std::uint32_t component_bits>
void expect_models_to_learn_alike() {
    std::mt19937 random{1};
    quic::Model<component_bits> model;
    quic::Model<component_bits> plain;
    for (std::uint32_t lesson = 0; lesson < 60'000; ++lesson) {
        // Long stretches of one kind of values, so that counters grow apart and triggers change.
        const auto spread = (1U << (lesson / 5'000 % component_bits + 1)) - 1;
        const auto context = static_cast<std::uint32_t>(random()) & spread;
        const auto value = static_cast<std::uint32_t>(random()) & spread;
        constexpr std::array<std::uint32_t, 4> triggers{110, 900, 550, 350};
        const std::uint32_t trigger = triggers[lesson / 3'000 % 4];
        model.learn(context, value, trigger);
        plain.learn_plainly(context, value, trigger);
        for (std::uint32_t i = 0; i < 1U << component_bits; i += 3)
            ASSERT_EQ(model.code_after(i), plain.code_after(i)) << lesson;
    }
}

TEST(QuicModel, LearnsLikeThePlainOne) {
    expect_models_to_learn_alike<8>();
    expect_models_to_learn_alike<5>();
}

TEST(Quic, GivesEachTypeItsFormat) {
    std::set<std::pair<int, PixelFormat>> seen;
    for (const GoldenImage& image : golden_images("quic"))
        seen.emplace(image.type, decode_quic(image.data, image.size)->format());
    EXPECT_EQ(seen,
              (std::set<std::pair<int, PixelFormat>>{{2, PixelFormat::rgb555},
                                                     {3, PixelFormat::bgrx32},
                                                     {4, PixelFormat::bgrx32},
                                                     {5, PixelFormat::bgra32}}));
}

TEST(Quic, SurvivesDamage) {
    std::size_t tested = 0;
    for (const GoldenImage& image : golden_images("quic")) {
        if (image.data.size() > 160) continue;
        EXPECT_TRUE(survives_damage(
            image, [&](const ByteVector& data) { return decode_quic(data, image.size); }));
        ++tested;
    }
    EXPECT_GT(tested, 60U);
}

TEST(Quic, RefusesAStreamThatEndsBeforeThePicture) {
    for (const GoldenImage& image : golden_images("quic")) {
        // A word of the stream itself is missing, not only what pads it.
        const auto half = header_bytes + (image.data.size() - header_bytes) / 8 * 4;
        if (image.data.size() < 200) continue;
        const auto pixels = decode_quic(Bytes{image.data}.first(half), image.size);
        ASSERT_FALSE(pixels);
        EXPECT_EQ(pixels.error().code, ErrorCode::truncated);
    }
}

TEST(Quic, ReadsNothingBehindTheStreamWhateverItsBits) {
    for (const int fill : {0x00, 0xFF, 0xAA}) {
        for (const Size size : {Size{1, 1}, Size{2000, 1}, Size{1, 2000}, Size{200, 200}}) {
            for (const std::uint32_t type : {2U, 4U, 5U}) {
                ByteVector data(header_bytes + 16000, static_cast<std::byte>(fill));
                const std::array<std::uint32_t, 5> header{0x43495551,
                                                          0,
                                                          type,
                                                          static_cast<std::uint32_t>(size.width),
                                                          static_cast<std::uint32_t>(size.height)};
                std::memcpy(data.data(), header.data(), header_bytes);
                const auto pixels = decode_quic(data, size);
                EXPECT_TRUE(!pixels || pixels->size() == size);
            }
        }
    }
}

TEST(Quic, RefusesHostileHeaders) {
    const GoldenImage image = golden_images("quic").back();
    const auto refused = [&](std::size_t offset, std::uint8_t value) {
        ByteVector data = image.data;
        data[offset] = std::byte{value};
        return !decode_quic(data, image.size);
    };
    EXPECT_TRUE(refused(0, 'q'));
    EXPECT_TRUE(refused(4, 1)); // version
    EXPECT_TRUE(refused(8, 0)); // types
    EXPECT_TRUE(refused(8, 1));
    EXPECT_TRUE(refused(8, 6));
    EXPECT_TRUE(refused(11, 1));
    EXPECT_TRUE(refused(12, 1)); // width
    EXPECT_TRUE(refused(16, 1)); // height
    EXPECT_FALSE(decode_quic(image.data, {image.size.width, image.size.height + 1}));
    EXPECT_FALSE(decode_quic(image.data, {0, 0}));
    EXPECT_FALSE(decode_quic(image.data, {-1, 5}));
}

TEST(Quic, RefusesSizesThatTheDataCannotHave) {
    ByteVector data(header_bytes + 8);
    const std::array<std::uint32_t, 5> header{0x43495551, 0, 4, 8000, 8000};
    std::memcpy(data.data(), header.data(), header_bytes);
    const auto bomb = decode_quic(data, {8000, 8000});
    ASSERT_FALSE(bomb);
    EXPECT_EQ(bomb.error().code, ErrorCode::truncated);
}

} // namespace
} // namespace sumac::image
