#include "../canvas/canvas_builders.h"
#include "client/early_images.h"
#include "lz_image.h"

#include <gtest/gtest.h>

#include <thread>

namespace sumac::client {
namespace {

wire::DisplayMessage copy_of(const wire::Image& image) {
    return canvas::copy(0, {0, 0, 64, 64}, image, {0, 0, 64, 64});
}

/// Of 32 MiB of pixels, and damaged: decoding it costs nothing.
wire::DisplayMessage large_image() {
    return copy_of({{ImageId{1}, SPICE_IMAGE_TYPE_QUIC, 0, 4096, 2048}, wire::EncodedImage{}});
}

class EarlyImagesTest : public testing::Test {
protected:
    /// What a helper does, from beginning to end. False: there is nothing to do.
    bool help() {
        if (!early.engage(false)) return false;
        EXPECT_FALSE(early.help()) << "nobody came to it meanwhile";
        early.dismiss();
        return true;
    }

    EarlyImages early{4};
    LzImage image{112, 7};
};

TEST_F(EarlyImagesTest, AreDecodedInTheOrderOfArrival) {
    const auto first = early.add(copy_of(image.wire()), image.data);
    const auto second = early.add(copy_of(image.wire()), image.data);
    ASSERT_TRUE(help());
    ASSERT_TRUE(early.claim(first));
    const image::DecodedAhead* decoded = early.decoded(first);
    ASSERT_NE(decoded, nullptr);
    ASSERT_TRUE(decoded->pixels);
    const auto* pixels = image::units_of<std::uint32_t>(**decoded->pixels);
    EXPECT_EQ(pixels[65] & 0xFFFFFFU, image.pixel(65));
    EXPECT_EQ(early.decoded(second), nullptr);
}

TEST_F(EarlyImagesTest, LeaveToDrawingWhatItComesToFirst) {
    const auto handle = early.add(copy_of(image.wire()), image.data);
    ASSERT_TRUE(early.engage(false));
    EXPECT_TRUE(early.claim(handle));
    EXPECT_EQ(early.decoded(handle), nullptr);
    EXPECT_FALSE(early.help()) << "it comes too late";
    EXPECT_EQ(early.decoded(handle), nullptr);
    EXPECT_FALSE(early.idle());
    early.dismiss();
    EXPECT_TRUE(early.idle());
    EXPECT_FALSE(help());
}

/// Drawing comes before, while or after a helper decodes: chance decides, and each has its answer.
TEST_F(EarlyImagesTest, CallDrawingBackIfItCameWhileTheyWereDecoded) {
    const LzImage slow{256, 3};
    for (int i = 0; i < 40; ++i) {
        const auto handle = early.add(copy_of(slow.wire()), slow.data);
        ASSERT_TRUE(early.engage(false));
        bool called_back = false;
        std::thread helper{[&] { called_back = early.help(); }};
        for (int k = 0; k < i % 8; ++k)
            std::this_thread::yield();
        const bool ready = early.claim(handle);
        helper.join();
        early.dismiss();
        EXPECT_EQ(called_back, !ready);
        EXPECT_TRUE(early.claim(handle));
        EXPECT_TRUE(ready || early.decoded(handle) != nullptr);
        early.release(handle);
    }
    EXPECT_FALSE(help());
}

TEST_F(EarlyImagesTest, KeepTheErrorOfADamagedOne) {
    const auto handle = early.add(large_image(), nullptr);
    ASSERT_TRUE(help());
    ASSERT_NE(early.decoded(handle), nullptr);
    EXPECT_EQ(early.decoded(handle)->pixels.error().code, ErrorCode::truncated);
}

TEST_F(EarlyImagesTest, AreNoMoreThanMayWait) {
    std::vector<EarlyImages::Handle> handles;
    for (int i = 0; i < 5; ++i)
        handles.push_back(early.add(large_image(), nullptr));
    for (int i = 0; i < 4; ++i)
        EXPECT_TRUE(help()) << i;
    EXPECT_FALSE(help()) << "128 MiB are decoded";
    EXPECT_TRUE(early.claim(handles[0]));
    EXPECT_FALSE(help()) << "it is still there";
    early.release(handles[0]);
    EXPECT_TRUE(help());
    EXPECT_NE(early.decoded(handles[4]), nullptr);
}

TEST_F(EarlyImagesTest, AreAtMostTwoForEachThreadThatDecodes) {
    std::vector<EarlyImages::Handle> handles;
    for (int i = 0; i < 9; ++i)
        handles.push_back(early.add(copy_of(image.wire()), image.data));
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(help()) << i;
    EXPECT_FALSE(help()) << "drawing is the third of four";
    early.release(handles[8]);
    EXPECT_FALSE(help()) << "that one had not begun";
    early.release(handles[0]);
    EXPECT_TRUE(early.engage(false));
    EXPECT_FALSE(early.engage(false)) << "two wait, and there is room for one";
}

TEST_F(EarlyImagesTest, LeaveRoomIfTheirMessagesAreDroppedMeanwhile) {
    const LzImage slow{1024, 3};
    for (int i = 0; i < 8; ++i) {
        const auto handle = early.add(copy_of(slow.wire()), slow.data);
        ASSERT_TRUE(early.engage(false));
        const auto next = early.add(copy_of(image.wire()), image.data);
        std::thread helper{[&] { early.help(); }};
        while (!early.engage(false)) // until the first has begun
            std::this_thread::yield();
        early.release(handle);
        early.disengage();
        early.release(next);
        helper.join();
        early.dismiss();
    }
    std::vector<EarlyImages::Handle> handles;
    for (int i = 0; i < 7; ++i)
        handles.push_back(early.add(copy_of(image.wire()), image.data));
    for (int i = 0; i < 6; ++i)
        EXPECT_TRUE(help()) << i;
    EXPECT_FALSE(help());
}

TEST_F(EarlyImagesTest, AreForgottenWithTheirMessages) {
    early.release(early.add(copy_of(image.wire()), image.data));
    EXPECT_FALSE(help());
}

TEST_F(EarlyImagesTest, HaveNoMoreHelpersThanWork) {
    const auto first = early.add(copy_of(image.wire()), image.data);
    EXPECT_TRUE(early.engage(false));
    EXPECT_FALSE(early.engage(false)) << "one image, one helper";
    const auto second = early.add(copy_of(image.wire()), image.data);
    const auto third = early.add(copy_of(image.wire()), image.data);
    EXPECT_TRUE(early.engage(false));
    EXPECT_FALSE(early.engage(false)) << "drawing is the third of four";
    EXPECT_TRUE(early.engage(true)) << "it went away";
}

TEST_F(EarlyImagesTest, LeaveAWorkerFreeUnlessThereAreOnlyTwo) {
    for (const std::size_t workers : {1U, 2U, 3U, 4U, 8U}) {
        EarlyImages of_pool{workers};
        std::vector<EarlyImages::Handle> handles;
        for (int i = 0; i < 9; ++i)
            handles.push_back(of_pool.add(copy_of(image.wire()), image.data));
        std::size_t helpers = 0;
        while (of_pool.engage(false))
            ++helpers;
        EXPECT_EQ(helpers, workers > 3 ? workers - 2 : 1) << workers;
        EXPECT_TRUE(of_pool.engage(true)) << "the worker that drew";
        EXPECT_FALSE(of_pool.engage(true));
    }
}

TEST_F(EarlyImagesTest, AreThoseWorthIt) {
    const LzImage small{110, 1};
    EXPECT_EQ(early.add(copy_of(small.wire()), small.data), nullptr);
    EXPECT_EQ(early.add(copy_of(canvas::cached_image(1)), nullptr), nullptr);
    EXPECT_EQ(early.add(copy_of(canvas::surface_image(1)), nullptr), nullptr);
    EXPECT_EQ(early.add(canvas::fill(0, {0, 0, 64, 64}, 1), nullptr), nullptr);
    wire::Image glz = image.wire();
    glz.descriptor.type = SPICE_IMAGE_TYPE_GLZ_RGB;
    EXPECT_EQ(early.add(copy_of(glz), image.data), nullptr) << "it needs those before it";
    wire::Image huge = image.wire();
    huge.descriptor.width = huge.descriptor.height = 8192;
    EXPECT_EQ(early.add(copy_of(huge), image.data), nullptr) << "more than may wait";
    wire::DrawComposite composite;
    composite.src = image.wire();
    EXPECT_NE(early.add(composite, image.data), nullptr);
}

} // namespace
} // namespace sumac::client
