#include "message_fuzz.h"
#include "wire/display.h"

using namespace sumac;

namespace {

void touch(const wire::Image& image) {
    std::visit(
        [](const auto& body) {
            if constexpr (requires { body.data; }) fuzz::touch(body.data);
            if constexpr (requires { body.rows; }) fuzz::touch(body.rows);
            if constexpr (requires { body.alpha; }) {
                fuzz::touch(body.jpeg);
                fuzz::touch(body.alpha);
            }
        },
        image.body);
}

void touch(const std::optional<wire::Image>& image) {
    if (image) touch(*image);
}

void touch(const wire::Brush& brush) {
    if (const auto* pattern = std::get_if<wire::PatternBrush>(&brush)) touch(pattern->image);
}

/// Every member, of whatever message, that borrows from the body.
template <class Message>
void touch_message(const Message& message) {
    if constexpr (requires { message.image; }) touch(message.image);
    if constexpr (requires { message.src; }) touch(message.src);
    if constexpr (requires { message.brush; }) touch(message.brush);
    if constexpr (requires { message.fore_brush; }) touch(message.fore_brush);
    if constexpr (requires { message.back_brush; }) touch(message.back_brush);
    if constexpr (requires { message.mask.image; }) touch(message.mask.image);
    if constexpr (requires { message.src_transform; }) touch(message.mask);
    if constexpr (requires { message.data; }) fuzz::touch(message.data);
    if constexpr (requires { message.string; }) {
        for (const wire::Glyph& glyph : message.string.glyphs)
            fuzz::touch(glyph.data);
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    fuzz::run_message(
        data, size, wire::parse_display_message, [](const wire::DisplayMessage& message) {
            std::visit([](const auto& m) { touch_message(m); }, message);
        });
    return 0;
}
