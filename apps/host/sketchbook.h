/// Seeded random drawings of every operation of the QXL device. They keep to what libspice-server
/// takes: on nonsense it ends the process. And they keep to what it draws as the protocol says,
/// where that is known to differ (doc/protocol.md, "libspice-server's own canvas").
#pragma once

#include "draw_dice.h"
#include "draw_images.h"
#include "drawing.h"
#include "picture.h"

#include <spice.h>

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace sumac::host {

/// The names of all operations, in one line.
extern const std::string_view draw_operations;

/// What to draw: `operation` is one of those names, or "all".
struct Sketches {
    std::string operation;
    int count = 0;
    std::uint32_t seed = 0;
    bool operator==(const Sketches&) const = default;
};
bool is_draw_operation(std::string_view name);

/// Surface ids up to here may be used, the primary's, 0, among them.
constexpr std::uint32_t most_draw_surfaces = 256;

/// Creates some off-screen surfaces, draws on them and on the primary, shows them there, destroys
/// them.
class Sketchbook : public Drawings {
public:
    /// `round` tells apart the ids of all that is drawn on one device.
    Sketchbook(const Sketches& sketches, Size primary, std::uint32_t round);
    ~Sketchbook() override;

    std::unique_ptr<Drawing> next() override;

private:
    struct Board {
        std::uint32_t id = 0;
        Size size;
        std::uint32_t format = 0;
    };
    struct Sketch; // one drawing in the making
    using Operation = void (Sketchbook::*)(Sketch&);
    struct Named;
    static const Named* find(std::string_view name);

    std::unique_ptr<Drawing> create(const Board& board);
    std::unique_ptr<Drawing> introduce(const Board& board);
    std::unique_ptr<Drawing> exhibit(const Board& board);
    std::unique_ptr<Drawing> destroy(const Board& board);
    static QXLDrawable& make_drawable(Drawing& drawing, const Board& target, const Area& box);
    std::unique_ptr<Drawing> sketch();
    const Board& choose_target();

    void fill(Sketch& sketch);
    void opaque(Sketch& sketch);
    void copy(Sketch& sketch);
    void blend(Sketch& sketch);
    void blackness(Sketch& sketch);
    void whiteness(Sketch& sketch);
    void invers(Sketch& sketch);
    void rop3(Sketch& sketch);
    void stroke(Sketch& sketch);
    void dash(Sketch& sketch);
    void text(Sketch& sketch);
    void transparent(Sketch& sketch);
    void alpha_blend(Sketch& sketch);
    void composite(Sketch& sketch);
    void copy_bits(Sketch& sketch);

    /// An image, and the part of it that is drawn.
    struct Source {
        QXLPHYSICAL image = 0;
        Area area;
        std::uint32_t some_colour = 0;
        bool is_surface = false;
        bool is_coverage = false; ///< a surface without colours
    };
    enum class Depth { same, any };
    struct SourceWish {
        bool may_scale = true;
        Depth surface_depth = Depth::same;
        bool with_alpha = false;
        bool may_be_cached = true;
    };
    Source source(Sketch& sketch, const SourceWish& wish);
    std::optional<Source> surface_source(Sketch& sketch, Size size, Depth depth);
    enum class Tiles { images, images_and_surfaces, uncached_images };
    QXLBrush brush(Sketch& sketch, Tiles tiles);
    QXLQMask mask(Sketch& sketch);
    std::uint16_t rop();

    Dice dice_;
    ImageMaker images_;
    const Named* operation_; ///< null: all
    int left_;
    std::vector<Board> boards_; ///< the first is the primary
    std::deque<Board> to_create_, to_introduce_, to_exhibit_, to_destroy_;
};

} // namespace sumac::host
