{
  "variables": {
    "cpp": "src/main/backends/native/cpp",
    "strict": [
      "-Wall",
      "-Wextra",
      "-Wno-unknown-warning-option",
      "-Wno-maybe-uninitialized",
      "-Wno-uninitialized"
    ]
  },
  "target_defaults": {
    "include_dirs": ["node_modules/node-api-headers/include"],
    "defines": ["NAPI_VERSION=8"],
    "defines!": ["_HAS_EXCEPTIONS=0"],
    "cflags": ["-fPIC", "-O3", "<@(strict)"],
    "cflags_cc!": ["-fno-exceptions", "-fno-rtti", "-std=gnu++17", "-std=gnu++20"],
    "cflags_cc": ["-std=c++17", "-fexceptions"],
    "xcode_settings": {"CLANG_CXX_LANGUAGE_STANDARD": "c++17"},
    "msvs_settings": {
      "VCCLCompilerTool": {
        "AdditionalOptions!": ["-std:c++17", "-std:c++20"],
        "AdditionalOptions": ["/std:c++17"]
      }
    }
  },
  "targets": [
    {
      "target_name": "kernels_avx512bf16",
      "type": "static_library",
      "win_delay_load_hook": "false",
      "sources": ["<(cpp)/isa_avx512bf16.cc"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx512bf16", "-mfma"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mavx512bf16", "-mfma"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["/arch:AVX512"]}}
        }]
      ]
    },
    {
      "target_name": "kernels_avx512",
      "type": "static_library",
      "win_delay_load_hook": "false",
      "sources": ["<(cpp)/isa_avx512.cc"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx512f", "-mavx512dq", "-mavx512bw", "-mavx512vl", "-mfma"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["/arch:AVX512"]}}
        }]
      ]
    },
    {
      "target_name": "kernels_avx2",
      "type": "static_library",
      "win_delay_load_hook": "false",
      "sources": ["<(cpp)/isa_avx2.cc"],
      "conditions": [
        ["target_arch=='x64'", {
          "cflags": ["-mavx2", "-mfma"],
          "xcode_settings": {"OTHER_CPLUSPLUSFLAGS": ["-mavx2", "-mfma"]},
          "msvs_settings": {"VCCLCompilerTool": {"AdditionalOptions": ["/arch:AVX2"]}}
        }]
      ]
    },
    {
      "target_name": "understudy",
      "dependencies": ["kernels_avx512bf16", "kernels_avx512", "kernels_avx2"],
      "xcode_settings": {"GCC_ENABLE_CPP_EXCEPTIONS": "YES"},
      "msvs_settings": {"VCCLCompilerTool": {"ExceptionHandling": 1}},
      "sources": [
        "<(cpp)/addon.cc",
        "<(cpp)/dispatch.cc",
        "<(cpp)/elementwise.cc",
        "<(cpp)/gemm.cc",
        "<(cpp)/isa_generic.cc",
        "<(cpp)/isa_neon.cc",
        "<(cpp)/loss.cc",
        "<(cpp)/pool.cc",
        "<(cpp)/recurrent.cc",
        "<(cpp)/runtime.cc",
        "<(cpp)/stepper.cc"
      ]
    }
  ]
}
