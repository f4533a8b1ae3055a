package testkit

import (
	"archive/tar"
	"errors"
	"io"
	"os"
	"path/filepath"
)

// pack writes the files of a folder into an archive, which appears whole or not at all, whoever else does the same.
func pack(folder, archive string) error {
	if err := os.MkdirAll(filepath.Dir(archive), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(archive), "packing-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	w := tar.NewWriter(f)
	err = w.AddFS(os.DirFS(folder))
	if err := errors.Join(err, w.Close(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), archive)
}

// unpack makes folder with the files of an archive, all given to the account.
func unpack(archive, folder string, as account) error {
	f, err := os.Open(archive)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := os.Mkdir(folder, 0o700); err != nil {
		return err
	}
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := as.own(folder); err != nil {
		return err
	}
	r := tar.NewReader(f)
	for {
		header, err := r.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = unpackOne(root, header, r)
		}
		if err == nil {
			err = as.own(filepath.Join(folder, header.Name))
		}
		if err != nil {
			return err
		}
	}
}

func unpackOne(root *os.Root, header *tar.Header, content io.Reader) error {
	name := filepath.Clean(header.Name)
	if header.Typeflag == tar.TypeDir {
		if name == "." {
			return nil
		}
		return root.Mkdir(name, 0o700)
	}
	f, err := root.OpenFile(name, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, content)
	return errors.Join(err, f.Close())
}
