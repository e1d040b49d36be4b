kakaq tiang wah bedoe panggilan lekan perusahaan, tiang ndeqman bedoe ape-ape, bede ke jalurn
Inggih pak, saq tanggung jawab sampe tiang uleq nike jalur saq mbe?
pabrik tempatku begawean mele kirim karyawan jok Vietnam, tame jalur ape nike
laeq ku jok malaysia lewat tekong, nengke mele saq resmi, pilih saq mbe adeq solah
Nunas pertimbangan, umur tiang telu dase pituq, antih program pemerentah ape langsung jok PT?
dengan leq terminal ngajak daftar mandiri, unine murah, padahal gen popoq kereng leq bale dengan
ojok jepang araq magang araq SSW araq saq lekan negare, jari tamatan SMA saq mbe cocok
