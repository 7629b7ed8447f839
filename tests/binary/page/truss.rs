//! What the source `truss` says.

use super::case::{Code, Item, code, config, with};

pub(super) fn codes() -> Vec<Code> {
    let mut codes = keys();
    codes.extend(values());
    codes.extend(several_keys());
    codes.extend(accelerators());
    codes.extend(engines());
    codes.extend(files());
    codes
}

fn keys() -> Vec<Code> {
    vec![
        code(
            "truss::deprecated",
            "An old key or value is still read, and has a newer one.",
        )
        .example(
            "python_version: py39\n",
            "write the newer one.",
            "python_version: py313\n",
        ),
        code(
            "truss::dropped-key",
            "A key that Truss does not have is dropped without a word by Truss, and counts for \
             nothing.",
        )
        .example(
            "resources: {accelerator: {accelerator: H100, cnt: 2}}\n",
            "write the key that is meant, or leave it out.",
            "resources: {accelerator: {accelerator: H100, count: 2}}\n",
        ),
        code(
            "truss::key-not-a-string",
            "A key is a number, a boolean or another value that is no string.",
        )
        .example(
            "secrets: {yes: null}\n",
            "put the key in quotes.",
            "secrets: {\"yes\": null}\n",
        ),
        code(
            "truss::missing-key",
            "A key that is needed here is not written.",
        )
        .example(
            "
            weights:
              - {source: hf://my/model}
            ",
            "write it.",
            "
            weights:
              - {source: hf://my/model, mount_location: /models}
            ",
        ),
        code(
            "truss::preview",
            "A key is a preview: what it takes may change.",
        )
        .example(
            "
            trt_llm:
              inference_stack: v2
              build: {checkpoint_repository: {source: HF, repo: my/model}}
              runtime: {patch_kwargs: {kv_cache_config: {enable_block_reuse: true}}}
            ",
            "none is needed; leave it out to depend on nothing that may change.",
            "
            trt_llm:
              inference_stack: v2
              build: {checkpoint_repository: {source: HF, repo: my/model}}
              runtime: {}
            ",
        ),
        code(
            "truss::reserved-variable",
            "The platform sets this environment variable itself, and the value here is not used.",
        )
        .example(
            "environment_variables: {PORT: \"9000\"}\n",
            "leave it out, or use another name.",
            "environment_variables: {METRICS_PORT: \"9000\"}\n",
        ),
        code(
            "truss::unknown-key",
            "A key is not one that Truss has at this place.",
        )
        .example(
            "autoscaling_settings: {min_replica: 2}\n",
            "write the key that is meant.",
            "autoscaling_settings: {min_replicas: 2}\n",
        )
        .when(
            "In `autoscaling_settings` and `environment_overrides`, which are closed, it is an \
         error:",
        )
        .example(
            "requirments: [torch]\n",
            "write the key that is meant; data of your own goes below `model_metadata`.",
            "requirements: [torch]\n",
        )
        .when("Elsewhere it is kept, as Truss keeps it, with a warning:")
        .example(
            "
            model_name: classifier
            team: search
            ",
            "move data of your own below `model_metadata`.",
            "
            model_name: classifier
            model_metadata: {team: search}
            ",
        )
        .by_push()
        .when("And a push refuses it, as Truss does:"),
    ]
}

fn values() -> Vec<Code> {
    vec![
        code(
            "truss::invalid-value",
            "A value is of the right type and not of the form that is needed.",
        )
        .example(
            "resources: {memory: 16GB}\n",
            "write it in that form.",
            "resources: {memory: 16Gi}\n",
        ),
        code(
            "truss::out-of-range",
            "A number is below or above what is allowed.",
        )
        .example(
            "autoscaling_settings: {target_utilization_percentage: 120}\n",
            "write a number in the range.",
            "autoscaling_settings: {target_utilization_percentage: 80}\n",
        ),
        code(
            "truss::stringified",
            "The value of an environment variable becomes a string that is not what is written: \
             Truss has it in Python's spelling.",
        )
        .example(
            "environment_variables: {CACHE_DIR: null, RELEASE: 1.10, VERBOSE: yes}\n",
            "write the string that is meant, in quotes.",
            "environment_variables: {CACHE_DIR: \"\", RELEASE: \"1.10\", VERBOSE: \"yes\"}\n",
        ),
        code(
            "truss::unknown-value",
            "A value is none of those that are known.",
        )
        .example(
            "resources: {accelerator: H100_80GB}\n",
            "write one that is known.",
            "resources: {accelerator: H100}\n",
        ),
        code(
            "truss::wrong-type",
            "A value is of another type than its key takes.",
        )
        .example(
            "resources: {cpu: 4}\n",
            "write such a value; strings that look like numbers, booleans or dates need quotes.",
            "resources: {cpu: \"4\"}\n",
        ),
    ]
}

fn several_keys() -> Vec<Code> {
    vec![
        code("truss::conflict", "Keys contradict one another.").example(
            "
            requirements: [torch]
            requirements_file: requirements.txt
            ",
            "keep one of them.",
            "requirements_file: requirements.txt\n",
        ),
        code(
            "truss::duplicate",
            "Two items of a list share what must be unique.",
        )
        .example(
            "
            weights:
              - {source: hf://my/model, mount_location: /models}
              - {source: hf://my/adapter, mount_location: /models}
            ",
            "give each its own.",
            "
            weights:
              - {source: hf://my/model, mount_location: /models/base}
              - {source: hf://my/adapter, mount_location: /models/adapter}
            ",
        ),
        code(
            "truss::instance-type-wins",
            "An instance type is set, which makes the platform ignore the other resources.",
        )
        .example(
            "
            resources: {instance_type: \"L4:4x16\"}
            environment_overrides:
              production:
                resources: {accelerator: H100}
            ",
            "unset the instance type where other resources are meant.",
            "
            resources: {instance_type: \"L4:4x16\"}
            environment_overrides:
              production:
                resources: {accelerator: H100, instance_type: null}
            ",
        ),
        code(
            "truss::replica-bounds",
            "`max_replicas` is less than `min_replicas`, once an environment's settings are \
             merged.",
        )
        .example(
            "
            autoscaling_settings: {min_replicas: 1, max_replicas: 3}
            environment_overrides:
              production:
                autoscaling_settings: {min_replicas: 15}
            ",
            "write both bounds.",
            "
            autoscaling_settings: {min_replicas: 1, max_replicas: 3}
            environment_overrides:
              production:
                autoscaling_settings: {min_replicas: 15, max_replicas: 20}
            ",
        ),
    ]
}

fn accelerators() -> Vec<Code> {
    vec![
        code(
            "truss::accelerator-parts",
            "An accelerator has more than one `:`; Truss reads the name, and one of it.",
        )
        .example(
            "resources: {accelerator: \"H100:2:8\"}\n",
            "write the name and the count.",
            "resources: {accelerator: \"H100:2\"}\n",
        ),
        code(
            "truss::count-without-accelerator",
            "Accelerators are counted, and none is named.",
        )
        .example(
            "resources: {accelerator: {count: 2}}\n",
            "name one.",
            "resources: {accelerator: {accelerator: L4, count: 2}}\n",
        )
        .when("In the base it is read as no accelerator, as Truss reads it:")
        .example(
            "
            environment_overrides:
              production:
                resources: {accelerator: {count: 2}}
            ",
            "name one, here or in the base.",
            "
            resources: {accelerator: L4}
            environment_overrides:
              production:
                resources: {accelerator: {count: 2}}
            ",
        )
        .when("In an environment it is an error:"),
        code(
            "truss::inherited-count",
            "An environment names another accelerator, and its count comes from the base.",
        )
        .example(
            "
            resources: {accelerator: \"A10G:4\"}
            environment_overrides:
              production:
                resources: {accelerator: {accelerator: H100}}
            ",
            "write the count, or the short form, which is of one.",
            "
            resources: {accelerator: \"A10G:4\"}
            environment_overrides:
              production:
                resources: {accelerator: {accelerator: H100, count: 2}}
            ",
        ),
        code(
            "truss::zero-accelerators",
            "An accelerator is named, with a count of 0.",
        )
        .example(
            "resources: {accelerator: {accelerator: L4, count: 0}}\n",
            "for no accelerator write null.",
            "resources: {accelerator: null}\n",
        )
        .when("In the base it is taken, as Truss takes it:")
        .example(
            "
                resources: {accelerator: L4}
                environment_overrides:
                  staging:
                    resources: {accelerator: {count: 0}}
                ",
            "for no accelerator write null.",
            "
                resources: {accelerator: L4}
                environment_overrides:
                  staging:
                    resources: {accelerator: null}
                ",
        )
        .when("In an environment it is an error:"),
    ]
}

fn engines() -> Vec<Code> {
    vec![
        code(
            "truss::discontinued",
            "The engine is of a kind that the platform no longer builds.",
        )
        .example(
            "
            trt_llm:
              build: {base_model: llama, checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
            "write what has taken its place.",
            "
            trt_llm:
              build: {base_model: decoder, checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
        ),
        code(
            "truss::engine-accelerator",
            "The engine does not run, or not well, on the accelerator, once an environment's \
             settings are merged.",
        )
        .example(
            "
            resources: {accelerator: H100}
            trt_llm:
              build:
                base_model: encoder
                quantization_type: fp8
                checkpoint_repository: {source: HF, repo: my/model}
            environment_overrides:
              staging:
                resources: {accelerator: A10G}
            ",
            "choose an accelerator that can do it, or another quantisation.",
            "
            resources: {accelerator: H100}
            trt_llm:
              build:
                base_model: encoder
                quantization_type: fp8
                checkpoint_repository: {source: HF, repo: my/model}
            environment_overrides:
              staging:
                resources: {accelerator: L4}
            ",
        )
        .when("What cannot run is an error:")
        .example(
            "
            resources: {accelerator: A100}
            trt_llm:
              build:
                base_model: encoder
                quantization_type: weights_int8
                checkpoint_repository: {source: HF, repo: my/model}
            ",
            "choose another quantisation, or another accelerator.",
            "
            resources: {accelerator: A100}
            trt_llm:
              build:
                base_model: encoder
                checkpoint_repository: {source: HF, repo: my/model}
            ",
        )
        .when("What is not recommended is a warning:"),
        code(
            "truss::engine-encoder",
            "A setting does not suit an encoder, and is changed or may not build.",
        )
        .example(
            "
            trt_llm:
              build:
                base_model: encoder
                tensor_parallel_count: 2
                checkpoint_repository: {source: HF, repo: my/model}
            ",
            "leave it out.",
            "
            trt_llm:
              build:
                base_model: encoder
                checkpoint_repository: {source: HF, repo: my/model}
            ",
        ),
        code(
            "truss::engine-option",
            "An option in `patch_kwargs` is a key of `trt_llm.runtime`.",
        )
        .example(
            "
            trt_llm:
              inference_stack: v2
              build: {checkpoint_repository: {source: HF, repo: my/model}}
              runtime: {patch_kwargs: {max_batch_size: 64}}
            ",
            "write it there.",
            "
            trt_llm:
              inference_stack: v2
              build: {checkpoint_repository: {source: HF, repo: my/model}}
              runtime: {max_batch_size: 64}
            ",
        )
        .beside(&["truss::preview"]),
        code(
            "truss::engine-parallelism",
            "The engine is spread over another number of accelerators than a replica has, or over \
             an unusual one.",
        )
        .example(
            "
            resources: {accelerator: \"H100:2\"}
            trt_llm:
              build: {checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
            "spread it over all of them.",
            "
            resources: {accelerator: \"H100:2\"}
            trt_llm:
              build: {tensor_parallel_count: 2, checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
        )
        .when("Another number than a replica has is an error:")
        .example(
            "
            resources: {accelerator: \"H100:3\"}
            trt_llm:
              build: {tensor_parallel_count: 3, checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
            "use 1, 2, 4 or 8.",
            "
            resources: {accelerator: \"H100:4\"}
            trt_llm:
              build: {tensor_parallel_count: 4, checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
        )
        .when("An unusual number is a warning:"),
        code(
            "truss::engine-speculation",
            "Speculative decoding is set up in a way that may make the engine slower.",
        )
        .example(
            "
            trt_llm:
              build:
                checkpoint_repository: {source: HF, repo: my/model}
                max_batch_size: 256
                speculator:
                  speculative_decoding_mode: LOOKAHEAD_DECODING
                  lookahead_windows_size: 3
                  lookahead_ngram_size: 3
                  lookahead_verification_set_size: 3
            model_metadata: {tags: [openai-compatible]}
            ",
            "use smaller batches.",
            "
            trt_llm:
              build:
                checkpoint_repository: {source: HF, repo: my/model}
                max_batch_size: 64
                speculator:
                  speculative_decoding_mode: LOOKAHEAD_DECODING
                  lookahead_windows_size: 3
                  lookahead_ngram_size: 3
                  lookahead_verification_set_size: 3
            model_metadata: {tags: [openai-compatible]}
            ",
        ),
        code(
            "truss::engine-tags",
            "A decoder's tags do not say that it speaks OpenAI's protocol.",
        )
        .example(
            "
            trt_llm:
              build: {checkpoint_repository: {source: HF, repo: my/model}}
            ",
            "add the tag.",
            "
            trt_llm:
              build: {checkpoint_repository: {source: HF, repo: my/model}}
            model_metadata: {tags: [openai-compatible]}
            ",
        ),
    ]
}

fn files() -> Vec<Code> {
    const NAMED: &str = "model_name: classifier\n";
    const EXTERNAL: &str = "
        model_name: classifier
        external_package_dirs: [../shared]
        ";
    let text = |text: &str| Item::Text(text.to_owned());
    vec![
        code(
            "truss::archive-path",
            "A file would go to a path that the archive of a push cannot have.",
        )
        .files(
            with(
                EXTERNAL,
                vec![
                    ("packages", text("numpy\n")),
                    ("../shared/clean.py", text("WORD = \"[a-z]+\"\n")),
                ],
            ),
            "rename the file, or set `bundled_packages_dir` to another folder.",
            with(
                EXTERNAL,
                vec![
                    ("packages.txt", text("numpy\n")),
                    ("../shared/clean.py", text("WORD = \"[a-z]+\"\n")),
                ],
            ),
        )
        .by_push(),
        code(
            "truss::external-package",
            "A folder of `external_package_dirs` cannot be read.",
        )
        .files(
            config(EXTERNAL),
            "correct the path, which is reckoned from the Truss.",
            with(EXTERNAL, vec![("../shared", Item::Folder)]),
        )
        .by_push(),
        code(
            "truss::ignore-pattern",
            "A line of `.truss_ignore` is no pattern as `.gitignore` has them.",
        )
        .files(
            with(NAMED, vec![(".truss_ignore", text("checkpoint-[9-0]\n"))]),
            "correct it.",
            with(NAMED, vec![(".truss_ignore", text("checkpoint-[0-9]\n"))]),
        )
        .by_push(),
        code(
            "truss::no-config",
            "There is no `config.yaml` in the folder.",
        )
        .files(
            vec![("config.yml", text(NAMED))],
            "name the file so.",
            config(NAMED),
        ),
        code(
            "truss::not-a-file",
            "A link, a pipe or a device is in the Truss; or `config.yaml` itself is not a file.",
        )
        .files(
            with(NAMED, vec![("weights.bin", Item::Link("../weights.bin"))]),
            "put the file itself there, or name the link in `.truss_ignore`.",
            with(NAMED, vec![(".truss_ignore", text("weights.bin\n"))]),
        )
        .by_push(),
        code(
            "truss::packages-dir",
            "`bundled_packages_dir`, which external packages are put into, leads out of the Truss.",
        )
        .files(
            with(
                "
                model_name: classifier
                external_package_dirs: [../shared]
                bundled_packages_dir: ../packages
                ",
                vec![("../shared", Item::Folder)],
            ),
            "name a folder within the Truss.",
            with(
                "
                model_name: classifier
                external_package_dirs: [../shared]
                bundled_packages_dir: packages
                ",
                vec![("../shared", Item::Folder)],
            ),
        )
        .by_push()
        .when("Where there are external packages it is an error:")
        .example(
            "
            model_name: classifier
            bundled_packages_dir: ../packages
            ",
            "leave it out, or name a folder within the Truss.",
            "model_name: classifier\n",
        )
        .by_push()
        .when("Where there are none, it is a warning:"),
        code(
            "truss::integer-too-large",
            "An integer has more than 64 bits. It is read and shown with all its digits, and a \
             push would not carry them.",
        )
        .files(
            config(
                "
                model_name: classifier
                model_metadata:
                  serial: 123456789012345678901234567890
                ",
            ),
            "put it in quotes.",
            config(
                "
                model_name: classifier
                model_metadata:
                  serial: '123456789012345678901234567890'
                ",
            ),
        )
        .by_push(),
        code(
            "truss::too-many-files",
            "The Truss has more than 1,000,000 files, which is taken for a mistake.",
        )
        .no_example(
            "error",
            "A push says it, with a hint. An example would have a million files. Cure: name \
             what is no part of the model in `.truss_ignore`, such as data sets and caches.",
        ),
        code(
            "truss::unreadable",
            "A file or a folder is there and cannot be read: it is not allowed, it is too \
             large, or a name is not UTF-8.",
        )
        .files(
            vec![("config.yaml", Item::Link("."))],
            "see that it can be read. (Here the link leads to a folder.)",
            config(NAMED),
        ),
    ]
}
