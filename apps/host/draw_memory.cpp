#include "draw_memory.h"

#include <algorithm>
#include <cstring>

namespace sumac::host {

std::span<std::uint8_t> DrawMemory::bytes(std::size_t count) {
    blocks_.push_back(std::make_unique<std::uint8_t[]>(count));
    return {blocks_.back().get(), count};
}

void fill_chunks(QXLDataChunk& first,
                 std::span<const std::uint8_t> data,
                 std::size_t unit,
                 Dice& dice,
                 DrawMemory& memory) {
    QXLDataChunk* chunk = &first;
    for (int left = dice.one_in(3) ? dice.between(2, 3) : 1; left > 0; --left) {
        const auto units = static_cast<int>(data.size() / unit);
        const std::size_t size = left == 1 || units < 2
                                     ? data.size()
                                     : static_cast<std::size_t>(dice.between(1, units - 1)) * unit;
        chunk->data_size = static_cast<std::uint32_t>(size);
        std::ranges::copy(data.first(size), static_cast<std::uint8_t*>(chunk->data));
        data = data.subspan(size);
        if (data.empty()) return;
        auto& next = memory.make<QXLDataChunk>(data.size());
        next.prev_chunk = address_in_guest(chunk);
        chunk->next_chunk = address_in_guest(&next);
        chunk = &next;
    }
}

} // namespace sumac::host
