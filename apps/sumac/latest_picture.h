/// A display sink that keeps the newest picture of one display and knows how long it has stood.
#pragma once

#include "clock.h"
#include "pixels.h"
#include <sumac/sinks.h>

#include <cstdint>
#include <mutex>
#include <optional>
#include <set>

namespace sumac::tool {

/// The session's thread writes, the command's thread looks.
class LatestPicture : public DisplaySink {
public:
    LatestPicture(std::uint32_t display, NowFunction now) : display_(display), now_(now) {}

    void on_display_created(std::uint32_t display, Size size) override;
    void on_display_destroyed(std::uint32_t display) override;
    void on_update(const DisplayUpdate& update) override;

    /// Since when nothing changed; empty while the display never existed.
    std::optional<LocalTime> unchanged_since() const;
    /// A copy; empty while the display never existed.
    std::optional<Picture> picture() const;
    /// Every display that ever existed.
    std::set<std::uint32_t> displays() const;

private:
    const std::uint32_t display_;
    const NowFunction now_;
    mutable std::mutex mutex_; ///< guards all below
    std::optional<Picture> picture_;
    LocalTime changed_;
    std::set<std::uint32_t> displays_;
};

} // namespace sumac::tool
