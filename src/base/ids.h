/// Ids as types: no two of them convert into each other.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>

namespace sumac {

template <class Tag, class Rep>
struct Id {
    Rep value{};
    auto operator<=>(const Id&) const =
        default; // NOLINT(modernize-use-nullptr): clang-tidy 14 trips over <=>
};

using SurfaceId = Id<struct SurfaceTag, std::uint32_t>;
using StreamId = Id<struct StreamTag, std::uint32_t>;
using ImageId = Id<struct ImageTag, std::uint64_t>; ///< image descriptor id, key of the image cache
using PaletteId = Id<struct PaletteTag, std::uint64_t>; ///< key of the palette cache
using Serial = Id<struct SerialTag, std::uint64_t>;     ///< message number within a channel, from 1
/// A video frame, numbered by arrival within a session, from 1.
using FrameId = Id<struct FrameTag, std::uint64_t>;
/// One per STREAM_CREATE within a session, from 1: the server uses stream ids again.
using StreamKey = Id<struct StreamKeyTag, std::uint64_t>;
using Epoch = Id<struct EpochTag, std::uint32_t>; ///< a stretch of one server clock, counted from 0

/// Channel type as in spice/enums.h (SPICE_CHANNEL_*) and the instance number.
struct ChannelId {
    std::uint8_t type = 0;
    std::uint8_t id = 0;
    auto operator<=>(const ChannelId&) const = default; // NOLINT(modernize-use-nullptr): as above
};

} // namespace sumac

template <class Tag, class Rep>
struct std::hash<sumac::Id<Tag, Rep>> {
    std::size_t operator()(const sumac::Id<Tag, Rep>& id) const noexcept {
        return std::hash<Rep>{}(id.value);
    }
};
