#include "qxl_device.h"

#include "clock.h"
#include "sketchbook.h"

#include <utility>

namespace sumac::host {

namespace {

constexpr std::uint32_t primary_surface = 0;
constexpr std::uint32_t host_group = 0; // one memory slot over our whole address space

} // namespace

QxlDevice::QxlDevice(FramePool& pool,
                     Picture desktop,
                     std::function<void(FrameNumber, std::int64_t)> on_taken)
    : pool_(pool),
      surface_(std::move(desktop)),
      on_taken_(std::move(on_taken)),
      interface_(make_interface()) {
    instance_.base.sif = &interface_.base;
    instance_.device = this;
}

QxlDevice::~QxlDevice() = default;

QxlDevice& QxlDevice::of(QXLInstance* instance) {
    return *static_cast<Instance*>(instance)->device;
}

QXLInterface QxlDevice::make_interface() {
    QXLInterface table{};
    table.base.type = SPICE_INTERFACE_QXL;
    table.base.description = "sumac-host display";
    table.base.major_version = SPICE_INTERFACE_QXL_MAJOR;
    table.base.minor_version = SPICE_INTERFACE_QXL_MINOR;
    table.get_init_info = get_init_info;
    table.get_command = get_command;
    table.req_cmd_notification = request_notification;
    table.release_resource = release_resource;
    // The server calls the rest without asking whether it is there.
    table.attached_worker = [](QXLInstance*) {};
    table.set_compression_level = [](QXLInstance*, int) {};
    table.get_cursor_command = [](QXLInstance*, QXLCommandExt*) { return 0; };
    table.req_cursor_notification = [](QXLInstance*) { return 1; };
    table.notify_update = [](QXLInstance*, std::uint32_t) {};
    table.flush_resources = [](QXLInstance*) { return 0; };
    table.async_complete = [](QXLInstance*, std::uint64_t) {};
    table.update_area_complete = [](QXLInstance*, std::uint32_t, QXLRect*, std::uint32_t) {};
    table.set_client_capabilities = [](QXLInstance*, std::uint8_t, std::uint8_t*) {};
    table.client_monitors_config = [](QXLInstance*, VDAgentMonitorsConfig*) { return 0; };
    return table;
}

void QxlDevice::get_init_info(QXLInstance*, QXLDevInitInfo* info) {
    *info = {};
    info->num_memslots_groups = 1;
    info->num_memslots = 1;
    info->memslot_gen_bits = 8;
    info->memslot_id_bits = 8;
    info->internal_groupslot_id = host_group;
    info->qxl_ram_size = 16u << 20;
    info->n_surfaces = most_draw_surfaces;
}

int QxlDevice::get_command(QXLInstance* instance, QXLCommandExt* command) {
    return of(instance).take_command(*command) ? 1 : 0;
}

int QxlDevice::request_notification(QXLInstance* instance) {
    auto& device = of(instance);
    const std::lock_guard lock(device.mutex_);
    return device.ring_.empty() && !device.drawings_ ? 1 : 0;
}

void QxlDevice::release_resource(QXLInstance* instance, QXLReleaseInfoExt info) {
    of(instance).release(info.info->id);
}

bool QxlDevice::plug_into(SpiceServer& server) {
    if (spice_server_add_interface(&server, &instance_.base) != 0) return false;

    QXLDevMemSlot slot{};
    slot.slot_group_id = host_group;
    slot.virt_end = ~std::uintptr_t{0};
    spice_qxl_add_memslot(&instance_, &slot);

    const Size size = surface_.size();
    QXLDevSurfaceCreate create{};
    create.width = static_cast<std::uint32_t>(size.width);
    create.height = static_cast<std::uint32_t>(size.height);
    create.stride = surface_.stride_bytes();
    create.format = SPICE_SURFACE_FMT_32_xRGB;
    create.mouse_mode = 1;
    create.flags = QXL_SURF_FLAG_KEEP_DATA; // the desktop is there already
    create.type = QXL_SURF_TYPE_PRIMARY;
    create.mem = reinterpret_cast<std::uintptr_t>(surface_.data());
    create.group_id = host_group;
    spice_qxl_create_primary_surface(&instance_, primary_surface, &create);
    return true;
}

QxlDevice::Pushed QxlDevice::push(std::unique_ptr<Frame> frame) {
    {
        const std::lock_guard lock(mutex_);
        if (ring_.size() < ring_size) ring_.push_back(std::move(frame));
    }
    if (frame) {
        pool_.give_back(std::move(frame));
        return Pushed::ring_full;
    }
    spice_qxl_wakeup(&instance_);
    return Pushed::yes;
}

void QxlDevice::ask_for_memory() {
    spice_qxl_oom(&instance_);
}

bool QxlDevice::draw(std::unique_ptr<Drawings> drawings, std::function<void()> on_all_taken) {
    {
        const std::lock_guard lock(mutex_);
        if (drawings_) return false;
        drawings_ = std::move(drawings);
        on_all_taken_ = std::move(on_all_taken);
    }
    spice_qxl_wakeup(&instance_);
    return true;
}

const Picture& QxlDevice::drawn() {
    const Size size = surface_.size();
    QXLRect all{.top = 0, .left = 0, .bottom = size.height, .right = size.width};
    QXLRect changed{};
    // The server takes what waits in the ring before it answers.
    spice_qxl_update_area(&instance_, primary_surface, &all, &changed, 1, 1);
    return surface_;
}

bool QxlDevice::take_command(QXLCommandExt& command) {
    return take_frame(command) || take_drawing(command);
}

bool QxlDevice::take_drawing(QXLCommandExt& command) {
    std::function<void()> on_all_taken;
    {
        const std::lock_guard lock(mutex_);
        if (!drawings_) return false;
        if (auto drawing = drawings_->next()) {
            command = drawing->command();
            command.group_id = host_group;
            held_drawings_.emplace(drawing->release_id(), std::move(drawing));
            return true;
        }
        drawings_.reset();
        on_all_taken.swap(on_all_taken_);
    }
    on_all_taken();
    return false;
}

bool QxlDevice::take_frame(QXLCommandExt& command) {
    FrameNumber number = 0;
    {
        const std::lock_guard lock(mutex_);
        if (ring_.empty()) return false;
        auto frame = std::move(ring_.front());
        ring_.pop_front();
        number = frame->number;
        command = frame->command(++image_unique_);
        command.group_id = host_group;
        held_.emplace(frame->release_id(), std::move(frame));
    }
    on_taken_(number, now_us());
    return true;
}

void QxlDevice::release(std::uint64_t id) {
    std::unique_ptr<Frame> frame;
    {
        const std::lock_guard lock(mutex_);
        if (held_drawings_.erase(id) != 0) return;
        const auto found = held_.find(id);
        if (found == held_.end()) return;
        frame = std::move(found->second);
        held_.erase(found);
    }
    pool_.give_back(std::move(frame));
}

std::optional<FrameNumber> QxlDevice::withdraw() {
    std::deque<std::unique_ptr<Frame>> left;
    {
        const std::lock_guard lock(mutex_);
        left.swap(ring_);
    }
    if (left.empty()) return std::nullopt;
    const FrameNumber first = left.front()->number;
    for (auto& frame : left)
        pool_.give_back(std::move(frame));
    return first;
}

void QxlDevice::restore(const Picture& clip_picture, Area on_desktop) {
    surface_.copy(clip_picture, on_desktop.x, on_desktop.y);
}

} // namespace sumac::host
