/// Images of queued drawing that are decoded before it is their turn, several at a time: drawing
/// has an order, most decoding has none.
///
/// An image waits -> a helper decodes it -> drawing uses it; or drawing comes to it first and
/// decodes it itself, as it always does with images that need a cache, a palette or the GLZ window.
/// So nothing depends on helpers. An image is decoded again only if a helper had no memory for it,
/// or if drawing that decoded it itself then has to wait for its brush. Drawing that comes to an
/// image just being decoded goes away until that is done: no thread waits for another.
///
/// Any thread.
#pragma once

#include "image/decode_image.h"
#include "wire/display.h"
#include <sumac/time.h>

#include <map>
#include <memory>
#include <mutex>
#include <optional>

namespace sumac::client {

/// Pixels of a session that are decoded early, or being decoded, and not drawn yet: four 4K
/// screens. A larger image is decoded in its turn.
inline constexpr std::size_t max_early_bytes = std::size_t{128} << 20U;
/// Nor more images than this for each thread that may decode, drawing included: with many ahead two
/// threads were slower than one (doc/develop.md). A display whose head has to wait for another
/// keeps those that are its own.
inline constexpr std::size_t max_early_images_each = 2;
/// Images that are decoded in less (decoding_cost) are not worth handing over.
inline constexpr Duration min_early_time = std::chrono::microseconds{50};

class EarlyImages {
public:
    /// Of a pool of so many workers, helpers and drawing together leave one free, so that a video's
    /// frame, or another session, need not wait until an image is decoded. Of two,
    /// both decode, but no third job queues: such a frame is behind one image at most.
    explicit EarlyImages(std::size_t workers);

    class Entry;
    /// Of a message whose image may be decoded early; null for others.
    using Handle = std::shared_ptr<Entry>;

    /// The image of the message waits from now on. `keep_alive` is what it borrows from.
    Handle add(const wire::DisplayMessage& message, const std::shared_ptr<const void>& keep_alive);

    /// Whether one more helper would find work. If so it counts, and has to call `help`. While
    /// drawing itself waits for an image, its worker may be one more.
    bool engage(bool drawing_waits);
    /// Decodes the image that has waited longest; true if drawing has come to it meanwhile and went
    /// away.
    bool help();
    /// It could not be called after all.
    void disengage();
    /// The helper has done all that is to be done, whatever `help` said.
    void dismiss();

    /// It is the image's turn. False: it is being decoded, and `help` will return true. The handle
    /// may be null.
    bool claim(const Handle& image);
    /// After `claim`: what was decoded; null if drawing has to decode. Valid until `release`.
    const image::DecodedAhead* decoded(const Handle& image) const;
    /// The message is drawn or dropped.
    void release(const Handle& image);

    /// No helper is on its way or at work.
    bool idle() const;

private:
    bool has_room() const; ///< for the first that waits, beside what helpers are expected for
    void leave(const Entry& image);

    const std::size_t max_helpers_; ///< beside drawing
    /// Guards everything below, and the entries' states.
    mutable std::mutex mutex_;
    std::map<std::uint64_t, Handle> waiting_; ///< in the order of arrival
    std::uint64_t last_number_ = 0;
    std::size_t early_ = 0;       ///< being decoded or decoded
    std::size_t early_bytes_ = 0; ///< of those
    std::size_t helpers_ = 0;
    std::size_t expected_ = 0; ///< helpers that have not called `help` yet
};

/// The image that a drawing message is about, if it has one: not its brush, nor its mask.
const wire::Image* image_of(const wire::DisplayMessage& message);

} // namespace sumac::client
