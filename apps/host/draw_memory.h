/// Pieces of a guest's video memory, as QXL commands point to them.
#pragma once

#include "draw_dice.h"

#include <spice.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <vector>

namespace sumac::host {

inline QXLPHYSICAL address_in_guest(const void* object) {
    return reinterpret_cast<std::uintptr_t>(object);
}

/// Zeroed blocks that live as long as this, and do not move.
class DrawMemory {
public:
    std::span<std::uint8_t> bytes(std::size_t count);

    /// A structure of the device's interface, with `extra_bytes` behind it: many of them end in an
    /// array without a length.
    template <class T>
    T& make(std::size_t extra_bytes = 0) {
        static_assert(std::is_trivial_v<T>);
        return *new (bytes(sizeof(T) + extra_bytes).data()) T{};
    }

private:
    std::vector<std::unique_ptr<std::uint8_t[]>> blocks_;
};

/// `data` in up to three chunks, cut at multiples of `unit` bytes. `first` has room for all of it
/// behind it.
void fill_chunks(QXLDataChunk& first,
                 std::span<const std::uint8_t> data,
                 std::size_t unit,
                 Dice& dice,
                 DrawMemory& memory);

} // namespace sumac::host
