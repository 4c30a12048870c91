/// The operations of the QXL device, each with random operands. They keep to what libspice-server
/// takes: on nonsense it ends the process. And they keep to what it draws as the protocol says,
/// where that is known to differ (doc/protocol.md).
#pragma once

#include "sketchbook_operands.h"

#include <cstdint>
#include <string_view>

namespace sumac::host {

/// The names of all operations, in one line.
extern const std::string_view draw_operations;

/// Makes one drawing after another. The others outlive it.
class Operations {
public:
    Operations(Dice& dice, OperandMaker& operands) : dice_(dice), operands_(operands) {}

    /// Fills in what the sketch draws, and how. Any operation, for a name that is none.
    void draw(std::string_view name, Sketch& sketch);

private:
    using Operation = void (Operations::*)(Sketch&);
    struct Named {
        std::string_view name;
        std::uint8_t type;
        Operation draw;
    };
    static const Named named[];
    const Named& choose(std::string_view name);

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

    Dice& dice_;
    OperandMaker& operands_;
};

} // namespace sumac::host
