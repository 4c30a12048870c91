// malloc is told what apps/sumac/main.cpp tells it.
#include <benchmark/benchmark.h>
#include <malloc.h>

int main(int argc, char** argv) {
    constexpr int large_bytes = 1 << 20;
    mallopt(M_ARENA_MAX, 1);
    mallopt(M_MMAP_THRESHOLD, large_bytes);
    mallopt(M_TRIM_THRESHOLD, 8 * large_bytes);
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
