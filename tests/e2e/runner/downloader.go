package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"

	"go.mongodb.org/mongo-driver/mongo"
	"go.mongodb.org/mongo-driver/mongo/gridfs"
	"go.mongodb.org/mongo-driver/mongo/options"
)

// download unpacks the version's archive, which is in GridFS, in the database of the runtime's name.
func download() {
	of := variables("VERSION_ID", "RUNTIME_ID", "BASE_PATH", "MONGO_URI", "MONGO_DB_NAME", "MONGO_BUCKET")
	ctx := context.Background()
	client := must(mongo.Connect(ctx, options.Client().ApplyURI(of["MONGO_URI"])))
	bucket := must(gridfs.NewBucket(client.Database(of["RUNTIME_ID"]), options.GridFSBucket().SetName(of["MONGO_BUCKET"])))
	var archive bytes.Buffer
	must(bucket.DownloadToStream(of["VERSION_ID"], &archive))
	members := tar.NewReader(must(gzip.NewReader(&archive)))
	for {
		member, err := members.Next()
		if errors.Is(err, io.EOF) {
			return
		}
		check(err)
		path := filepath.Join(of["BASE_PATH"], member.Name)
		switch member.Typeflag {
		case tar.TypeDir:
			check(os.MkdirAll(path, 0o755))
		case tar.TypeReg:
			check(os.MkdirAll(filepath.Dir(path), 0o755))
			check(os.WriteFile(path, must(io.ReadAll(members)), member.FileInfo().Mode()))
			logged("INFO", "unpacked %s", path)
		}
	}
}
