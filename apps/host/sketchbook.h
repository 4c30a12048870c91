/// A seeded sequence of random drawings, on the desktop and on surfaces off it.
#pragma once

#include "sketchbook_operations.h"

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace sumac::host {

/// What to draw: `operation` is a name of `draw_operations`, "all" of them, or "images".
struct Sketches {
    std::string operation;
    int count = 0;
    std::uint32_t seed = 0;
    bool operator==(const Sketches&) const = default;
};

bool is_draw_operation(std::string_view name);

/// `round` tells apart the ids of all that is drawn on one device.
std::unique_ptr<Drawings>
make_drawings(const Sketches& sketches, Size primary, std::uint32_t round);

/// Surface ids up to here may be used, the primary's, 0, among them.
constexpr std::uint32_t most_draw_surfaces = 256;

/// Creates some off-screen surfaces, draws on them and on the primary, shows them there, destroys
/// them.
class Sketchbook : public Drawings {
public:
    Sketchbook(const Sketches& sketches, Size primary, std::uint32_t round);
    ~Sketchbook() override;

    std::unique_ptr<Drawing> next() override;

private:
    std::unique_ptr<Drawing> sketch();
    const Board& choose_target();

    const std::string operation_;
    int left_;
    Dice dice_;
    const std::vector<Board> boards_; ///< the first is the primary
    OperandMaker operands_;
    Operations operations_;
    std::deque<Board> to_create_, to_introduce_, to_exhibit_, to_blend_, to_destroy_;
};

} // namespace sumac::host
