#include "video/jpeg_file.h"

#include "base/check.h"
#include "video/baseline_scan.h"
#include "video/past_cache.h"

#include <algorithm>
#include <array>
#include <csetjmp>
#include <vector>

// jpeglib.h wants <cstdio> before it.
// clang-format off
#include <cstdio>
#include <jpeglib.h>
// clang-format on

namespace sumac::video {
namespace {

/// A progressive file of a thousand empty scans would keep a worker for minutes.
constexpr int max_scans = 500;
/// Rows of brightness in a row of the largest blocks that a PlanarFormat has.
constexpr int block_rows = 16;

/// More than the cache of a core holds beside all else. Those of full HD are.
constexpr std::ptrdiff_t large_pixels_bytes = std::ptrdiff_t{4} << 20;
constexpr std::size_t large_planes_bytes = 3'000'000;

constexpr std::int32_t whole_blocks(std::int32_t side) {
    return (side + block_rows - 1) / block_rows * block_rows;
}

unsigned char* samples(std::byte* bytes) {
    return static_cast<unsigned char*>(static_cast<void*>(bytes));
}

std::optional<PlanarFormat> planar_format(const jpeg_decompress_struct& info) {
    if (info.num_components != 3 || info.jpeg_color_space != JCS_YCbCr) return std::nullopt;
    const jpeg_component_info* const of = info.comp_info;
    const auto plain = [](const jpeg_component_info& component) {
        return component.h_samp_factor == 1 && component.v_samp_factor == 1;
    };
    if (!plain(of[1]) || !plain(of[2])) return std::nullopt;
    if (plain(of[0])) return PlanarFormat::yuv444;
    if (of[0].h_samp_factor != 2) return std::nullopt;
    if (of[0].v_samp_factor == 1) return PlanarFormat::yuv422;
    if (of[0].v_samp_factor == 2) return PlanarFormat::yuv420;
    return std::nullopt;
}

} // namespace

/// libjpeg leaves through longjmp: no frame that it crosses may hold anything with a destructor.
struct JpegFile::State {
    State();
    ~State() { jpeg_destroy_decompress(&info); }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    /// False: libjpeg gave up.
    template <class Work>
    bool run(Work work) {
        if (setjmp(give_up) != 0) { // NOLINT(cert-err52-cpp): as libjpeg wants it
            jpeg_abort_decompress(&info);
            return false;
        }
        work(info);
        return true;
    }

    [[noreturn]] static void leave(j_common_ptr of) {
        std::longjmp(static_cast<State*>(of->client_data)->give_up, 1); // NOLINT(cert-err52-cpp)
    }
    static void count_scans(j_common_ptr of) {
        if (static_cast<State*>(of->client_data)->info.input_scan_number > max_scans) leave(of);
    }

    jpeg_decompress_struct info{};
    jpeg_error_mgr errors{};
    jpeg_progress_mgr progress{};
    std::jmp_buf give_up{};
    BaselineScan scan;
    std::vector<std::byte> band; ///< planes of a row of blocks
};

JpegFile::State::State() {
    info.err = jpeg_std_error(&errors);
    errors.error_exit = leave;
    errors.emit_message = [](j_common_ptr, int) {};
    errors.output_message = [](j_common_ptr) {};
    info.client_data = this;
    const bool created = run([](jpeg_decompress_struct& own) { jpeg_create_decompress(&own); });
    CHECK(created);
    progress.progress_monitor = count_scans;
    info.progress = &progress;
}

JpegFile::JpegFile() : state_(std::make_unique<State>()) {}
JpegFile::~JpegFile() = default;

void JpegFile::forget_tables() {
    state_ = std::make_unique<State>();
}

std::optional<JpegFile::Header> JpegFile::begin(Bytes file) {
    jpeg_abort_decompress(&state_->info); // what was begun and not read
    const auto* const data =
        static_cast<const unsigned char*>(static_cast<const void*>(file.data()));
    const std::size_t size = file.size();
    const bool good = state_->run([data, size](jpeg_decompress_struct& info) {
        jpeg_mem_src(&info, data, size);
        jpeg_read_header(&info, TRUE);
    });
    if (!good) return std::nullopt;
    const jpeg_decompress_struct& info = state_->info;
    return Header{
        {static_cast<std::int32_t>(info.image_width), static_cast<std::int32_t>(info.image_height)},
        planar_format(info)};
}

PlaneLayout JpegFile::layout(const Header& header) {
    return layout_of(header.planes.value(),
                     {whole_blocks(header.size.width), whole_blocks(header.size.height)});
}

namespace {

/// Where plane `i` of `memory` has what belongs to row `line` of the picture.
std::byte* plane_at(const jpeg_decompress_struct& info,
                    std::byte* memory,
                    const PlaneLayout& layout,
                    std::size_t i,
                    std::ptrdiff_t line) {
    const std::ptrdiff_t row = line * info.comp_info[i].v_samp_factor / info.max_v_samp_factor;
    return memory + layout.offsets[i] + row * layout.strides[i];
}

/// Of a row of blocks.
std::ptrdiff_t rows_of_plane(const jpeg_decompress_struct& info, std::size_t i) {
    return std::ptrdiff_t{info.comp_info[i].v_samp_factor} * DCTSIZE;
}

/// One row of blocks of the planes in `memory`, whose first row is row `first` of the picture.
void read_blocks(jpeg_decompress_struct& info,
                 std::byte* memory,
                 const PlaneLayout& layout,
                 std::ptrdiff_t first) {
    std::array<std::array<JSAMPROW, block_rows>, 3> rows;
    std::array<JSAMPARRAY, 3> planes;
    for (std::size_t i = 0; i < planes.size(); ++i) {
        std::byte* const begin = plane_at(info, memory, layout, i, first);
        for (std::ptrdiff_t row = 0; row < rows_of_plane(info, i); ++row)
            rows[i][static_cast<std::size_t>(row)] = samples(begin + row * layout.strides[i]);
        planes[i] = rows[i].data();
    }
    const auto lines = static_cast<JDIMENSION>(info.max_v_samp_factor) * DCTSIZE;
    jpeg_read_raw_data(&info, planes.data(), lines);
}

void start_in_planes(jpeg_decompress_struct& info) {
    info.out_color_space = JCS_YCbCr;
    info.raw_data_out = TRUE;
    jpeg_start_decompress(&info);
}

} // namespace

template <class Then>
bool JpegFile::read_blocks_into(std::byte* memory,
                                const PlaneLayout& layout,
                                Memory is,
                                Then then) {
    const jpeg_decompress_struct& info = state_->info;
    const auto height = std::ptrdiff_t{info.image_height};
    const auto lines_of_blocks = std::ptrdiff_t{info.max_v_samp_factor} * DCTSIZE;
    const auto read_all = [&](auto read_row) {
        for (std::ptrdiff_t line = 0; line < height; line += lines_of_blocks) {
            if (!read_row(is == Memory::whole ? line : 0)) return false;
            then(line, std::min(height - line, lines_of_blocks));
        }
        return true;
    };
    const auto ours = [&](std::ptrdiff_t first) {
        std::array<BaselineScan::Target, 3> planes;
        for (std::size_t i = 0; i < planes.size(); ++i)
            planes[i] = {plane_at(info, memory, layout, i, first), layout.strides[i]};
        return state_->scan.read_row(planes);
    };
    if (state_->scan.begin(info) && read_all(ours)) return true;
    return state_->run([&](jpeg_decompress_struct& own) {
        start_in_planes(own);
        read_all([&](std::ptrdiff_t first) {
            read_blocks(own, memory, layout, first);
            return true;
        });
        jpeg_finish_decompress(&own);
    });
}

bool JpegFile::read_planes(std::byte* memory, const PlaneLayout& layout) {
    if (layout.size_bytes >= large_planes_bytes) return read_planes_by_bands(memory, layout);
    return read_blocks_into(memory, layout, Memory::whole, [](auto, auto) {});
}

/// Into the processor's cache, and past it from there: of a line of the cache only eight bytes come
/// at a time, and for the first of them the rest would have to come from memory.
bool JpegFile::read_planes_by_bands(std::byte* memory, const PlaneLayout& layout) {
    const PlaneLayout band_layout = make_band();
    CHECK(layout.strides == band_layout.strides);
    std::byte* const band = state_->band.data();
    const jpeg_decompress_struct& info = state_->info;
    const auto copy = [&](std::ptrdiff_t line, auto) {
        for (std::size_t i = 0; i < layout.offsets.size(); ++i) {
            copy_past_cache(plane_at(info, memory, layout, i, line),
                            plane_at(info, band, band_layout, i, 0),
                            static_cast<std::size_t>(rows_of_plane(info, i) * layout.strides[i]));
        }
    };
    const bool good = read_blocks_into(band, band_layout, Memory::band, copy);
    finish_past_cache();
    return good;
}

/// For a row of blocks, with the strides of the whole.
PlaneLayout JpegFile::make_band() {
    const auto width = static_cast<std::int32_t>(state_->info.image_width);
    const PlaneLayout layout =
        layout_of(planar_format(state_->info).value(), {whole_blocks(width), block_rows});
    state_->band.resize(layout.size_bytes);
    return layout;
}

namespace {

void read_rows(jpeg_decompress_struct& info, std::byte* pixels, std::ptrdiff_t stride_bytes) {
    info.out_color_space = JCS_EXT_BGRX;
    info.do_fancy_upsampling = FALSE;
    jpeg_start_decompress(&info);
    while (info.output_scanline < info.output_height) {
        JSAMPROW row =
            samples(pixels + static_cast<std::ptrdiff_t>(info.output_scanline) * stride_bytes);
        jpeg_read_scanlines(&info, &row, 1);
    }
    jpeg_finish_decompress(&info);
}

} // namespace

bool JpegFile::read_pixels(std::byte* pixels, std::ptrdiff_t stride_bytes) {
    const auto format = planar_format(state_->info);
    if (!format) {
        return state_->run([pixels, stride_bytes](jpeg_decompress_struct& info) {
            read_rows(info, pixels, stride_bytes);
        });
    }
    const PlaneLayout layout = make_band();
    std::byte* const memory = state_->band.data();
    const auto width = static_cast<std::int32_t>(state_->info.image_width);
    const auto height = std::ptrdiff_t{state_->info.image_height};
    const Into into = stride_bytes * height >= large_pixels_bytes ? Into::memory : Into::cache;
    // From planes to pixels while a row of blocks is still in the processor's cache.
    const auto convert = [&](std::ptrdiff_t line, std::ptrdiff_t lines) {
        // JFIF knows one matrix and one range.
        const PlanarView band{*format,
                              ColourMatrix::bt601,
                              ColourRange::full,
                              {width, static_cast<std::int32_t>(lines)},
                              planes_in(memory, layout)};
        to_bgrx(band, pixels + line * stride_bytes, stride_bytes, into);
    };
    return read_blocks_into(memory, layout, Memory::band, convert);
}

} // namespace sumac::video
