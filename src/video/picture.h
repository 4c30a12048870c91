/// A decoded video picture: what a decoder makes of a frame.
#pragma once

#include <sumac/planes.h>
#include <sumac/sinks.h>

#include <cstddef>
#include <memory>
#include <variant>

namespace sumac::video {

/// Rows are in the order in which they were encoded.
struct Picture {
    std::variant<PictureView, PlanarView> content;
    /// What `content` points into; pixels begin there, without padding between rows. To be written
    /// only by who has it alone.
    std::shared_ptr<void> memory;
    std::size_t size_bytes = 0; ///< of that memory

    Size size() const {
        return std::visit([](const auto& view) { return view.size; }, content);
    }
};
using PicturePtr = std::shared_ptr<const Picture>;

} // namespace sumac::video
