/// A drawing command of the guest with everything that it points to, and where such commands come
/// from.
#pragma once

#include "draw_memory.h"

#include <spice.h>

#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace sumac::host {

/// A QXLDrawable or a QXLSurfaceCmd. The server reads it from its own thread until it gives it
/// back, and knows it by its address: it neither moves nor copies.
class Drawing {
public:
    Drawing() = default;
    Drawing(const Drawing&) = delete;
    Drawing& operator=(const Drawing&) = delete;
    Drawing(Drawing&&) = delete;
    Drawing& operator=(Drawing&&) = delete;
    ~Drawing() = default;

    DrawMemory memory;
    /// Memory that other drawings use, too.
    void share(std::shared_ptr<const DrawMemory> used) { shared_.push_back(std::move(used)); }

    /// What it is. `structure` stands in `memory` and begins with its release information.
    template <class T>
    void become(std::uint32_t command_type, T& structure) {
        structure.release_info.id = release_id();
        command_.cmd.type = command_type;
        command_.cmd.data = address_in_guest(&structure);
    }

    QXLCommandExt command() const { return command_; }
    /// What the server names it by when it gives it back.
    std::uint64_t release_id() const { return address_in_guest(this); }

private:
    QXLCommandExt command_{};
    std::vector<std::shared_ptr<const DrawMemory>> shared_;
};

/// Drawings that are made as the server asks for them.
class Drawings {
public:
    Drawings() = default;
    Drawings(const Drawings&) = delete;
    Drawings& operator=(const Drawings&) = delete;
    Drawings(Drawings&&) = delete;
    Drawings& operator=(Drawings&&) = delete;
    virtual ~Drawings() = default;

    /// Null after the last. Called by the server's display thread.
    virtual std::unique_ptr<Drawing> next() = 0;
};

} // namespace sumac::host
