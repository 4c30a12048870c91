#include "message_cutter.h"

#include <algorithm>

namespace sumac::faultproxy {

namespace {

MessageHeader read_header(wire::HeaderKind kind, Bytes bytes) {
    Reader r{bytes};
    if (kind == wire::HeaderKind::full) r.skip(8); // serial
    MessageHeader header;
    header.type = r.u16();
    header.size = r.u32();
    if (kind == wire::HeaderKind::full) header.sub_list = r.u32();
    return header;
}

} // namespace

std::size_t header_size(wire::HeaderKind kind) {
    return kind == wire::HeaderKind::mini ? 6 : 18;
}

void MessageCutter::push(Bytes bytes) {
    buffer_.erase(buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(taken_));
    taken_ = 0;
    buffer_.insert(buffer_.end(), bytes.begin(), bytes.end());
}

std::optional<Piece> MessageCutter::take() {
    if (left_ > 0) {
        const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(left_, held()));
        if (count == 0) return std::nullopt;
        left_ -= count;
        return Piece{std::nullopt, left_ == 0, take_bytes(count)};
    }
    const std::size_t before = header_size(kind_);
    if (held() < before) return std::nullopt;
    const MessageHeader header = read_header(kind_, Bytes{buffer_}.subspan(taken_));
    const std::uint64_t whole = std::uint64_t{before} + header.size;
    if (held() < whole && held() < largest_whole) return std::nullopt;
    const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(whole, held()));
    left_ = whole - count;
    return Piece{header, left_ == 0, take_bytes(count)};
}

std::vector<std::byte> MessageCutter::take_rest() {
    return take_bytes(held());
}

std::vector<std::byte> MessageCutter::take_bytes(std::size_t count) {
    const auto first = buffer_.begin() + static_cast<std::ptrdiff_t>(taken_);
    taken_ += count;
    return {first, first + static_cast<std::ptrdiff_t>(count)};
}

} // namespace sumac::faultproxy
