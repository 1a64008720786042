#!/usr/bin/env bash
command -v python3 || apt-get install -y python3
